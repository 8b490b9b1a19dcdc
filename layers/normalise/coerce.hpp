// One value of a file as the type that a field wants, or the reason why not. Private to this room.
#pragma once

#include "geo/value.hpp"
#include "layers/model/layer.hpp"

#include <string>
#include <variant>

namespace layers::normalise {

struct Refusal {
    std::string reason;
};

struct TimeRule {
    bool naive_is_utc = false; // a time without zone is UTC, else it is refused
    bool whole_day = false;    // a date means the end of that day
};

// Empty text and null give Null. Text that could be data of people is shown in the reason cut to 40 characters.
std::variant<geo::Value, Refusal> coerce(const geo::Value& value, const Field& field, TimeRule times);

} // namespace layers::normalise
