// People's telephone and identity numbers in reports of distress, death and missing persons: such a report is always
// taken, and whoever goes out to look needs the number. It is moved out of the text into a field of access class
// `sealed`, where the rescue role alone reads it, and ends after 30 days.
// The value is {"numbers": [{"field", "number", "expires_at"}]}; each number keeps the end it was first given.
#pragma once

#include "geo/time.hpp"
#include "geo/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace layers {

inline constexpr std::int64_t kSealedFor_us = 30LL * 24 * 3600 * 1'000'000;
inline constexpr std::string_view kSealMark = "[sealed]"; // stands in the text in the number's place

struct SealedNumber {
    std::string field; // it was taken from
    std::string number;
};

// Null for none.
geo::Value seal(const std::vector<SealedNumber>& numbers, geo::Instant now);

// What is in either; a number that is in both keeps its first end.
geo::Value sealed_together(const geo::Value& first, const geo::Value& more);

// The value as it may be shown at `now`: without the numbers whose time is over; Null when none is left. Text that is
// no such value shows nothing.
geo::Value sealed_at(std::string_view json, geo::Instant now);

} // namespace layers
