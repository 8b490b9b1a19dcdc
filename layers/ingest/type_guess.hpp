// Which type fits every value of a column that has none of its own. Knows no format.
#pragma once

#include "layers/ingest/reader.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace layers::ingest {

class TypeGuess {
public:
    void add_text(std::string_view text); // a cell of a text table; empty says nothing
    void add(const geo::Value& value);    // a typed value; null says nothing
    std::string type() const;             // of SourceField; "text" when nothing was seen or nothing fits all

private:
    enum Seen : unsigned { boolean = 1, integer = 2, number = 4, instant = 8, text = 16, text_list = 32, json = 64 };
    unsigned seen_ = 0;
};

// The columns of a source in the order they were first met.
class Columns {
public:
    TypeGuess& operator[](const std::string& name);
    std::vector<SourceField> fields() const;

private:
    std::vector<std::pair<std::string, TypeGuess>> columns_;
    std::unordered_map<std::string, std::size_t> ordinals_;
};

// The whole text as a number; nothing for "nan", "inf", hexadecimal and anything behind it.
std::optional<double> number_from(std::string_view text);
std::optional<std::int64_t> integer_from(std::string_view text);

} // namespace layers::ingest
