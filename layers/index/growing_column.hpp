// A column of a segment while rows are still being added, with its dictionary. Private to this room. One thread.
#pragma once

#include "layers/index/segment.hpp"

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace layers::index {

struct GrowingColumn {
    FieldType type = FieldType::text;
    std::vector<std::uint8_t> booleans;
    std::vector<std::int64_t> integers;
    std::vector<double> numbers;
    std::vector<std::uint32_t> codes;
    std::deque<std::string> words; // a deque, so that the views in `known` stay valid

    void add(const geo::Value& value);
    void add(const Segment& segment, const Column& column, Row row);

private:
    std::uint32_t code_of(std::string_view word);

    std::unordered_map<std::string_view, std::uint32_t> known_;
    // From codes of the segment last copied from to codes here; 0 = not looked up yet.
    const Segment* copied_from_ = nullptr;
    std::vector<std::uint32_t> translated_;
};

} // namespace layers::index
