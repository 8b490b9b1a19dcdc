// Relations of instants and intervals (OGC 21-065r2, 7.5; the interval relations are Allen's, 1983).
#pragma once

#include "layers/query/expression.hpp"

#include <limits>

namespace layers::query {

// A point of time as far as it is known: a date is its whole day, an instant is itself. Microseconds, both inclusive.
struct Moment {
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
};
inline constexpr Moment kBeginOfTime{std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::min()};
inline constexpr Moment kEndOfTime{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()};

Moment moment(geo::Instant t, bool whole_day);
// < 0: a lies wholly before b; 0: one lies in the other's day, or they are the same; > 0: after.
int compare(Moment a, Moment b);

struct Interval {
    Moment start;
    Moment end;
};
bool holds(Op temporal, const Interval& a, const Interval& b);

} // namespace layers::query
