// Instants: UTC, microseconds since 1970-01-01T00:00:00Z, RFC 3339 at the edges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace geo {

struct Instant {
    std::int64_t us = 0;
    friend auto operator<=>(const Instant&, const Instant&) = default;
};

Instant now();

// "2026-03-01T12:00:00Z"; a fraction only when it isn't zero (up to 6 digits, no trailing zeros).
std::string to_rfc3339(Instant t);

// Full date-time with zone ("Z" or an offset), or a date alone = 00:00:00Z of that day. A date-time without a zone,
// a 13th month, a 25th hour or anything behind it: nothing.
std::optional<Instant> from_rfc3339(std::string_view text);

// A date-time without zone, taken as UTC ("2018-02-01 00:00:00.000", "2018-02-01T00:00"); for mappings that say so.
std::optional<Instant> from_naive_utc(std::string_view text);

} // namespace geo
