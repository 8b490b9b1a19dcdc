// Silence: where an agency that usually reports has stopped, reports late, or has people and never reported (domain.md,
// Fusion 8). An officer who wants his stretch to look quiet doesn't register what he hears; so a low count is never
// read as "nothing happens", and what an agency's silence means is measured against its own habit alone: what another
// agency reports changes nothing here.
//
// The habit. Areas are pieces of 50 km of a border section, and all that is off the line. Within an area an agency's
// reports are taken as a Poisson process with a rate of its own, estimated from the `window_days` before its last
// report there (not from the silence that is to be judged). With few reports that estimate is drawn towards the mean of
// all the agency's areas on the line: the prior of the rate is Gamma with shape kPriorShape and that mean, so it weighs
// as much as one report (Gamma-Poisson, e.g. Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6). How likely a silence
// at least as long is, if the habit still held, is the chance of no report under the posterior: (b / (b + s))^a for
// posterior shape a, rate b and span s.
//
// Lateness. A report that was handed in days after what it tells of leaves the last days empty for everybody. Where an
// agency's delays are known, the span is counted with them: an instant u before now counts as far as F(u), the share of
// its reports that had been handed in within u. An archive loaded at once says nothing about delays and is left out.
// Season and weekday are not modelled: an area that sleeps in winter looks quiet then, and should be looked at.
//
// Pure: knows no store, no caller, no layer; same inputs, same result, in whatever order they came.
#pragma once

#include "geo/time.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace layers::fuse {

inline constexpr double kSilenceArea_m = 50'000;

// All assumed, and stated with each result.
inline constexpr double kPriorShape = 1;
inline constexpr double kQuietBelow = 0.05;       // chance of such a silence: below it the area is quiet …
inline constexpr double kSilentBelow = 0.01;      // … and below this silent
inline constexpr std::int64_t kFewestReports = 3; // of an agency in all; with fewer nothing is usual
inline constexpr double kLateFrom_h = 72;
inline constexpr std::int64_t kFewestDelays = 5;        // in an area, to speak of its lateness
inline constexpr std::int64_t kFewestAgencyDelays = 20; // of an agency, to count spans with them
// Reports stored one after the other with less than this between them are one delivery …
inline constexpr double kDeliveryGap_s = 60;
// … and a delivery of so many that tell of so long a time is an archive.
inline constexpr std::int64_t kArchiveReports = 20;
inline constexpr double kArchiveSpan_days = 30;

struct SilenceArea {
    std::string section;     // empty: off the line
    std::int64_t number = 0; // from number * 50 km to the next
    friend auto operator<=>(const SilenceArea&, const SilenceArea&) = default;
};
// Of a section so long; one of unknown length (0) never ends. What is left at its end belongs to the last area where it
// is less than half of one: rates of areas are compared.
SilenceArea silence_area(const std::string& section, double distance_along_m, double section_length_m);
double silence_area_end_m(const SilenceArea& area, double section_length_m);

struct Heard {              // one report
    geo::Instant at;        // what it tells of
    geo::Instant handed_in; // when its first version was stored
};

struct Presence { // of an agency in an area
    std::vector<Heard> heard;
    std::int64_t check_posts = 0;
    std::int64_t patrols = 0;
};

struct SilenceQuestion {
    geo::Instant now;
    double window_days = 365;
};

enum class SilenceStatus : std::uint8_t { reporting, quiet, silent, never };
enum class Lateness : std::uint8_t { known, too_few, imported_at_once };
const char* name(SilenceStatus status);
const char* name(Lateness lateness);

struct Silence {
    SilenceArea area;
    SilenceStatus status = SilenceStatus::never;
    std::int64_t reports = 0; // of the window before now
    std::int64_t habit = 0;   // that the rate is estimated from, beside the prior
    std::int64_t check_posts = 0, patrols = 0;
    std::optional<geo::Instant> last;
    std::optional<double> silent_h;         // since then
    std::optional<double> usual_interval_h; // median of the gaps between reports of different times
    std::optional<double> rate_per_day;     // posterior mean; nothing where too few reports make nothing usual
    std::optional<double> expected;         // handed in by now about the time since the last one
    std::optional<double> probability;      // of a silence at least as long
    Lateness lateness = Lateness::too_few;
    std::optional<double> late_median_h, late_p90_h; // quantiles between neighbours interpolated
    std::optional<double> late_share;                // 0..1, later than kLateFrom_h
    std::string said;                                // all that in a sentence or two, for people
};

// One agency, by area; ascending. Reports about times after `now` are not looked at.
std::vector<Silence> silence_of(const std::map<SilenceArea, Presence>& agency, const SilenceQuestion& question);

} // namespace layers::fuse
