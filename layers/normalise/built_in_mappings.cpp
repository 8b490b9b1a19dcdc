// The saved mappings that come with Sarhad, in the same form that users write their own.
#include "layers/normalise/normalise.hpp"

#include <array>

namespace layers::normalise {
namespace {

struct BuiltIn {
    const char* name;
    const char* json;
};

// UCDP Georeferenced Event Dataset. Columns and codes: "UCDP GED Codebook", Högbladh, Uppsala University.
//   where_prec 1 the place is known (coded at the gazetteer's point of the town: the true place lies within some km)
//              2 within about 25 km of a known point · 3 second-order division (district), at its centre
//              4 first-order division (province) · 5 a line or an area without sharp bounds · 6 the country
//              7 sea or air
//   The radii of 3, 4 and 6 are those of circles that hold Pakistan's larger districts, provinces and the country.
//   date_prec  1 the day · 2 two to six days · 3 the week · 4 the month · 5 the year: half of each in seconds.
constexpr const char* kUcdpGed = R"json({
  "name": "ucdp-ged",
  "layer": "reports",
  "note": "Dates of UCDP GED are days without a zone, taken as UTC days; valid_to is the end of the last day. where_prec 1..7 become 5, 25, 50, 300, 100, 600 and 100 km of geo_precision_m; date_prec 1..5 become half a day, 3, 3.5, 15.5 and 182.5 days of time_precision_s. Every event is an attack; the source can't be judged (F6).",
  "columns": {
    "source_ref": "id",
    "valid_from": "date_start",
    "valid_to": "date_end",
    "time_precision_s": "date_prec",
    "geo_precision_m": "where_prec",
    "geo_method": "where_prec",
    "place": "where_coordinates",
    "jurisdictions": "adm_2"
  },
  "constants": {
    "agency": "ucdp",
    "kind": "attack",
    "source_reliability": "F",
    "info_credibility": "6"
  },
  "lookups": {
    "time_precision_s": {"1": 43200, "2": 259200, "3": 302400, "4": 1339200, "5": 15768000},
    "geo_precision_m": {"1": 5000, "2": 25000, "3": 50000, "4": 300000, "5": 100000, "6": 600000, "7": 100000},
    "geo_method": {"1": "place", "2": "place", "3": "estimated", "4": "estimated", "5": "estimated", "6": "estimated",
                   "7": "estimated"}
  },
  "objects": {
    "casualties": {"dead": "best", "dead_min": "low", "dead_max": "high", "cause": {"value": "violence"}}
  },
  "whole_days": ["valid_to"],
  "naive_times_are": "UTC"
})json";

// Armed Conflict Location & Event Data. Columns and codes: "ACLED Codebook".
//   time_precision 1 the day · 2 the week · 3 the month; geo_precision 1 the town · 2 near a town or part of a district
//   · 3 a larger region. Kinds of event that are no report of a border (protests, agreements …) are refused row by row.
constexpr const char* kAcled = R"json({
  "name": "acled",
  "layer": "reports",
  "note": "Dates of ACLED are days without a zone, taken as UTC days. geo_precision 1..3 become 5, 25 and 150 km of geo_precision_m; time_precision 1..3 half a day, 3.5 and 15.5 days of time_precision_s. Sub-event types without a kind of report (protests, agreements, arrests …) are refused. The source can't be judged (F6).",
  "columns": {
    "source_ref": "event_id_cnty",
    "valid_from": "event_date",
    "valid_to": "event_date",
    "time_precision_s": "time_precision",
    "geo_precision_m": "geo_precision",
    "geo_method": "geo_precision",
    "kind": "sub_event_type",
    "place": "location",
    "jurisdictions": "admin2"
  },
  "constants": {
    "agency": "acled",
    "source_reliability": "F",
    "info_credibility": "6"
  },
  "lookups": {
    "time_precision_s": {"1": 43200, "2": 302400, "3": 1339200},
    "geo_precision_m": {"1": 5000, "2": 25000, "3": 150000},
    "geo_method": {"1": "place", "2": "place", "3": "estimated"},
    "kind": {
      "Armed clash": "attack",
      "Government regains territory": "attack",
      "Non-state actor overtakes territory": "attack",
      "Attack": "attack",
      "Sexual violence": "attack",
      "Mob violence": "attack",
      "Air/drone strike": "attack",
      "Shelling/artillery/missile attack": "attack",
      "Chemical weapon": "attack",
      "Grenade": "attack",
      "Suicide bomb": "ied",
      "Remote explosive/landmine/IED": "ied",
      "Abduction/forced disappearance": "abduction",
      "Disrupted weapons use": "arms"
    }
  },
  "objects": {
    "casualties": {"dead": "fatalities", "cause": {"value": "violence"}}
  },
  "whole_days": ["valid_to"],
  "naive_times_are": "UTC"
})json";

constexpr std::array kBuiltIn{BuiltIn{"ucdp-ged", kUcdpGed}, BuiltIn{"acled", kAcled}};

} // namespace

std::optional<Mapping> built_in_mapping(std::string_view name) {
    for (const auto& entry : kBuiltIn) {
        if (name == entry.name) return mapping_from_json(entry.json);
    }
    return std::nullopt;
}

std::vector<std::string> built_in_mapping_names() {
    std::vector<std::string> names;
    for (const auto& entry : kBuiltIn) names.emplace_back(entry.name);
    return names;
}

} // namespace layers::normalise
