#include "geo/time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace geo {
namespace {

constexpr std::int64_t kSecond_us = 1'000'000;
constexpr std::int64_t kDay_s = 86'400;
// 0000-01-01 and 10000-01-01: what four digits of year can write.
constexpr std::int64_t kFirst_s = -62'167'219'200;
constexpr std::int64_t kEnd_s = 253'402'300'800;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

// Takes characters from the front; every taker says whether it could.
struct Scanner {
    std::string_view rest;

    bool done() const { return rest.empty(); }
    bool any_of(std::string_view set) {
        if (rest.empty() || set.find(rest.front()) == std::string_view::npos) return false;
        rest.remove_prefix(1);
        return true;
    }
    bool digits(std::size_t count, int& out) {
        if (rest.size() < count) return false;
        out = 0;
        for (char c : rest.substr(0, count)) {
            if (c < '0' || c > '9') return false;
            out = out * 10 + (c - '0');
        }
        rest.remove_prefix(count);
        return true;
    }
};

std::optional<std::int64_t> scan_date(Scanner& in) {
    int year = 0, month = 0, day = 0;
    if (!in.digits(4, year) || !in.any_of("-") || !in.digits(2, month) || !in.any_of("-") || !in.digits(2, day))
        return {};
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return {};
    return std::chrono::sys_days{date}.time_since_epoch().count() * kDay_s;
}

struct Clock {
    std::int64_t seconds = 0;
    std::int64_t us = 0;
    bool leap = false;
};

// Digits behind the sixth are cut, not rounded: an instant never moves into the next second.
std::optional<std::int64_t> scan_fraction(Scanner& in) {
    std::int64_t us = 0, unit = kSecond_us / 10;
    int digit = 0;
    if (!in.digits(1, digit)) return {};
    do {
        us += digit * unit;
        unit /= 10;
    } while (in.digits(1, digit));
    return us;
}

std::optional<Clock> scan_clock(Scanner& in, bool seconds_required) {
    int hour = 0, minute = 0, second = 0;
    if (!in.digits(2, hour) || !in.any_of(":") || !in.digits(2, minute)) return {};
    Clock clock;
    if (in.any_of(":")) {
        if (!in.digits(2, second)) return {};
        if (in.any_of(".")) {
            const auto us = scan_fraction(in);
            if (!us) return {};
            clock.us = *us;
        }
    } else if (seconds_required) {
        return {};
    }
    if (hour > 23 || minute > 59 || second > 60) return {};
    clock.leap = second == 60;
    clock.seconds = hour * 3600 + minute * 60 + second;
    return clock;
}

std::optional<std::int64_t> scan_offset(Scanner& in) {
    if (in.any_of("Zz")) return 0;
    const bool minus = !in.rest.empty() && in.rest.front() == '-';
    if (!in.any_of("+-")) return {};
    int hours = 0, minutes = 0;
    if (!in.digits(2, hours) || !in.any_of(":") || !in.digits(2, minutes) || hours > 23 || minutes > 59) return {};
    const std::int64_t offset = hours * 3600 + minutes * 60;
    return minus ? -offset : offset;
}

// POSIX time has no leap seconds: 23:59:60 UTC is the instant of the following 00:00:00; anywhere else it is a fault.
std::optional<Instant> join(std::int64_t day_s, const Clock& clock, std::int64_t offset_s) {
    const std::int64_t seconds = day_s + clock.seconds - offset_s;
    if (clock.leap && floor_div(seconds, kDay_s) * kDay_s != seconds) return {};
    if (seconds < kFirst_s || seconds >= kEnd_s) return {};
    return Instant{seconds * kSecond_us + (clock.leap ? 0 : clock.us)};
}

std::optional<Instant> scan(std::string_view text, bool naive) {
    Scanner in{text};
    const auto day_s = scan_date(in);
    if (!day_s) return {};
    if (in.done()) return Instant{*day_s * kSecond_us};
    // RFC 3339 5.6 allows small letters and, for readability, a space.
    if (!in.any_of("Tt ")) return {};
    const auto clock = scan_clock(in, !naive);
    if (!clock) return {};
    const auto offset_s = naive ? std::optional<std::int64_t>{0} : scan_offset(in);
    if (!offset_s || !in.done()) return {};
    return join(*day_s, *clock, *offset_s);
}

} // namespace

Instant now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::string to_rfc3339(Instant t) {
    const std::int64_t seconds = floor_div(t.us, kSecond_us);
    const std::int64_t us = t.us - seconds * kSecond_us;
    const std::int64_t days = floor_div(seconds, kDay_s);
    const int clock = static_cast<int>(seconds - days * kDay_s);
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    std::array<char, 48> buffer{};
    int length = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                               static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                               static_cast<unsigned>(date.day()), clock / 3600, clock / 60 % 60, clock % 60);
    std::string text(buffer.data(), static_cast<std::size_t>(length));
    if (us != 0) {
        length = std::snprintf(buffer.data(), buffer.size(), ".%06d", static_cast<int>(us));
        text.append(buffer.data(), static_cast<std::size_t>(length));
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + 'Z';
}

std::optional<Instant> from_rfc3339(std::string_view text) {
    return scan(text, false);
}

std::optional<Instant> from_naive_utc(std::string_view text) {
    return scan(text, true);
}

} // namespace geo
