// Cuts a JSON text of any size into its values without keeping it in memory. Checks nesting and brackets, not words
// and numbers: those are for whoever parses the pieces. One thread.
#pragma once

#include "layers/ingest/input.hpp"

#include <string>
#include <vector>

namespace layers::ingest {

class JsonScan {
public:
    static constexpr std::size_t kMaxDepth = 100; // of brackets; a collection of polygons needs 8

    explicit JsonScan(Input& input) : input_{input} {}

    Input& input() { return input_; }
    int skip_space();     // the next byte that isn't white space, not taken; -1 at the end
    bool take_if(char c); // after white space
    void expect(char c, const char* where);
    // Over one value. Error{invalid_input} beyond kMaxDepth, Error{unreadable_file} at the end of the file or where
    // brackets don't match; both name the line.
    void skip_value();
    std::string key(); // a member's name and its colon; escapes are left as they are

    [[noreturn]] void broken(const std::string& what) const;

private:
    void skip_string();
    Input& input_;
    std::vector<char> open_;
};

} // namespace layers::ingest
