// What is compared between two reports, before anything about their surroundings: a pure function of the two, made once
// for all callers. Block and gate are here (domain.md "Fusion", 1 and 2).
// Published practice for matching lists of conflict events: windows of 1-5 km and 1-2 days (Donnay, Dunford, McGrath,
// Backer, Cunningham 2019, J. Conflict Resolution 63(5), "Integrating Conflict Event Data").
#pragma once

#include "layers/fuse/report.hpp"
#include "layers/fuse/taxonomy.hpp"

#include <cstdint>
#include <optional>

namespace layers::fuse {

inline constexpr double kBlock_m = 35'000;
inline constexpr double kBlock_s = 3 * 86'400;
inline constexpr double kGateSlack_m = 2'000;
inline constexpr double kGateSlack_s = 12 * 3'600;

// Largest distance that passes the gate: 2 sqrt(p1^2 + p2^2) + 2 km, p the reach of each (m).
double gate_m(double reach_a_m, double reach_b_m);

enum class Match : std::uint8_t { silent, agrees, differs }; // silent: one of the two says nothing
enum class CountMatch : std::uint8_t { silent, overlap, near, far };

// Numbers alone, so that a million of them fit into memory. Symmetric in its reports but for a and b.
struct Comparison {
    geo::Uuid a, b;                   // a < b
    float distance_m = 0;             // on the ellipsoid
    float place_spread_m = 0;         // root of the sum of squares of the stated precisions
    float time_apart_s = 0;           // between the middles of the reported times
    float time_spread_s = 0;          // as place_spread_m
    float time_width_s = 0;           // standard deviation that the lengths of the reported times give
    float place_likeness = -1;        // of the place names; negative: silent
    std::uint8_t places_unstated = 0; // of the two
    std::uint8_t times_unstated = 0;
    KindMatch kind = KindMatch::silent;
    CountMatch count = CountMatch::silent;
    Match nationality = Match::silent;
    Match transport = Match::silent;
    Match commodity = Match::silent;
    bool same_agency = false;
    bool identical = false;           // same agency and reference, or word for word the same and without references
    bool resubmission = false;        // same agency, word for word the same, under another reference
    bool area_against_point = false;  // or a period against a moment: never decided without a person
    bool across_purpose_wall = false; // one of them is a rescue report
};

// Nothing: blocked or gated out. Identical reports are never gated out. Both must be complete(). Thread-safe.
std::optional<Comparison> compare(const Report& a, const Report& b);

} // namespace layers::fuse
