// One report as fusion compares it, and nothing else of it: what is not here can't move a score.
// Knows the layer `reports`; no store, no caller: whom it may be shown to is the caller's matter.
#pragma once

#include "geo/geometry.hpp"
#include "geo/time.hpp"
#include "geo/uuid.hpp"
#include "layers/model/layer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layers::fuse {

struct Report {
    geo::Uuid id;
    std::string agency; // empty: not said, and then never "the same agency"
    std::string source_ref;
    std::string kind;            // empty: not said
    bool rescue = false;         // kind distress, death or missing, or a search phase: behind the purpose wall
    geo::Point at;               // lon,lat; the centre of an area
    double extent_m = 0;         // radius of the circle around `at` that holds an area; 0: a point
    double geo_precision_m = 0;  // as stated, else what complete() takes for it
    geo::Instant from, to;       // reported time, to >= from
    double time_precision_s = 0; // as stated, else what complete() takes for it
    bool place_guessed = false;  // geo_precision_m was not stated
    bool time_guessed = false;   // time_precision_s was not stated
    std::optional<std::int64_t> count_min, count_max;
    std::vector<std::string> nationalities; // need_to_know
    std::string transport;                  // empty or "unknown": says nothing
    std::vector<std::string> commodities;
    std::string place;     // as stated
    std::string place_key; // what it is compared by; complete() makes it
    std::uint64_t content =
        0; // hash of what was stated and isn't restricted, but id and source_ref; 0: not known, equals nothing

    double reach_m() const { return geo_precision_m > extent_m ? geo_precision_m : extent_m; }
    double middle_s() const { return static_cast<double>(from.us + (to.us - from.us) / 2) * 1e-6; }
    double length_s() const { return static_cast<double>(to.us - from.us) * 1e-6; }
};

// A report without a stated precision of place reaches as far as the block does (compare.hpp), whoever it meets.
inline constexpr double kUnstatedPlace_m = 16'500;
// The same of time: a day.
inline constexpr double kUnstatedTime_s = 86'400;
// From here on a place is an area's: districts and provinces (UCDP GED codes districts as 50 km).
inline constexpr double kAreaFrom_m = 30'000;
// From here on a time is a period's.
inline constexpr double kPeriodFrom_s = 2 * 86'400;

bool is_area(const Report& report);   // its place is an area, stated as such
bool is_period(const Report& report); // its time is a period, stated as such

// Fills what a report leaves open: precisions that are missing or 0 (nobody knows a place to 0 m) become the defaults
// of `geo_method`, a bare date (midnight, UTC) becomes its whole day, place_key is made. Applying it twice changes
// nothing more.
void complete(Report& report, std::string_view geo_method = {});

// `reports` is the built-in layer. Nothing for a row without shape or time: it can't be compared. Withdrawn rows are
// converted like others.
std::optional<Report> report_of(const Layer& reports, const Record& record);
bool withdrawn(const Layer& reports, const Record& record);
bool is_rescue(const Layer& reports, const Record& record);
// Report::content of a row.
std::uint64_t content_of(const Layer& reports, const Record& record);

} // namespace layers::fuse
