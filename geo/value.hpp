// One typed value of an attribute. The alternatives are all that a file, a filter or a column can hold.
#pragma once

#include "geo/time.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace geo {

struct Null {
    friend auto operator<=>(const Null&, const Null&) = default;
};

// A JSON document kept as its compact text (persons[], legs[], casualties …).
struct Json {
    std::string text;
    friend auto operator<=>(const Json&, const Json&) = default;
};

using TextList = std::vector<std::string>;
using Value = std::variant<Null, bool, std::int64_t, double, std::string, Instant, TextList, Json>;

inline bool is_null(const Value& v) {
    return std::holds_alternative<Null>(v);
}

} // namespace geo
