// LIKE: % is any text, _ any one character, a backslash takes the next one by its word (OGC 21-065r2, 7.1).
// No pattern is slow: each run between two % is looked for once, from left to right, in time linear in the text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace layers::query {

class LikePattern {
public:
    // Error{invalid_input} when a run between two % has a _ and more than 64 characters: longer ones would not be
    // linear.
    explicit LikePattern(std::string_view pattern);
    bool matches(std::string_view text) const; // thread-safe

private:
    static constexpr char32_t kAny = 0xFFFFFFFF;

    struct Run {
        std::string bytes;                       // without _
        std::vector<std::size_t> borders;        // Knuth-Morris-Pratt, for long ones
        std::u32string characters;               // with _ : kAny stands for it
        std::map<char32_t, std::uint64_t> masks; // which places of `characters` this one may stand at
        std::uint64_t any_mask = 0;
        bool has_any = false;

        bool empty() const { return bytes.empty() && characters.empty(); }
    };

    static Run compile(const std::u32string& characters);
    // All three: true and `at` (or `end`) moved past the run, or false.
    static bool take_front(const Run& run, std::string_view text, std::size_t& at);
    static bool take_back(const Run& run, std::string_view text, std::size_t at, std::size_t& end);
    static bool find(const Run& run, std::string_view text, std::size_t& at, std::size_t end);
    static bool find_bytes(const Run& run, std::string_view text, std::size_t& at, std::size_t end);

    std::vector<Run> runs_; // one more than there are %
};

} // namespace layers::query
