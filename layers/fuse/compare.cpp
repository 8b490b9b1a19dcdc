#include "layers/fuse/compare.hpp"

#include "geo/geodesic.hpp"
#include "layers/fuse/place_name.hpp"

#include <algorithm>
#include <cmath>

namespace layers::fuse {
namespace {

// Counts of this ratio or less are near: a headcount by night is seldom better.
constexpr double kNearRatio = 1.6;

CountMatch match_counts(const Report& a, const Report& b) {
    const auto known = [](const Report& r) { return r.count_min || r.count_max; };
    if (!known(a) || !known(b)) return CountMatch::silent;
    const auto low = [](const Report& r) { return static_cast<double>(r.count_min ? *r.count_min : *r.count_max); };
    const auto high = [](const Report& r) { return static_cast<double>(r.count_max ? *r.count_max : *r.count_min); };
    if (low(a) <= high(b) && low(b) <= high(a)) return CountMatch::overlap;
    const double less = std::min(high(a), high(b)), more = std::max(low(a), low(b));
    return more + 1 <= (less + 1) * kNearRatio ? CountMatch::near : CountMatch::far;
}

Match match_lists(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    if (a.empty() || b.empty()) return Match::silent;
    const bool shared = std::ranges::any_of(a, [&](const auto& one) { return std::ranges::find(b, one) != b.end(); });
    return shared ? Match::agrees : Match::differs;
}

Match match_texts(const std::string& a, const std::string& b) {
    if (a.empty() || b.empty()) return Match::silent;
    return a == b ? Match::agrees : Match::differs;
}

// Times are compared as intervals: how far apart they lie, 0 where they meet.
double gap_s(const Report& a, const Report& b) {
    const auto later = std::max(a.from.us, b.from.us), earlier = std::min(a.to.us, b.to.us);
    return later > earlier ? static_cast<double>(later - earlier) * 1e-6 : 0;
}

bool passes_time(const Report& a, const Report& b) {
    const double gap = gap_s(a, b), precision = a.time_precision_s + b.time_precision_s;
    return gap <= kBlock_s + precision && gap <= kGateSlack_s + precision;
}

// On the ellipsoid (WGS 84), along the middle latitude's curvatures: right to 1e-4 of the distance up to 100 km away
// from the poles, and thirty times faster than the geodesic.
double flat_m(geo::Point a, geo::Point b) {
    constexpr double kAxis_m = 6'378'137, kE2 = 6.69437999014e-3;
    const double latitude = (a.y + b.y) / 2 * M_PI / 180;
    const double w2 = 1 - kE2 * std::sin(latitude) * std::sin(latitude), w = std::sqrt(w2);
    const double north = (a.y - b.y) * M_PI / 180 * kAxis_m * (1 - kE2) / (w2 * w);
    const double east = std::remainder(a.x - b.x, 360.0) * M_PI / 180 * kAxis_m * std::cos(latitude) / w;
    return std::hypot(north, east);
}

// Exact where it is close to the gate or the short way isn't good enough.
double distance_m(geo::Point a, geo::Point b, double gate) {
    const double flat = flat_m(a, b);
    const bool good = std::abs(a.y) < 70 && std::abs(b.y) < 70 && flat < 100'000 && std::abs(flat - gate) > 1e-3 * gate;
    return good ? flat : geo::inverse(a, b).distance_m;
}

void set_doubles(const Report& a, const Report& b, Comparison& out) {
    out.same_agency = !a.agency.empty() && a.agency == b.agency;
    if (!out.same_agency) return;
    const bool same_content = a.content != 0 && a.content == b.content;
    const bool same_reference = !a.source_ref.empty() && a.source_ref == b.source_ref;
    out.identical = same_reference || (same_content && a.source_ref.empty() && b.source_ref.empty());
    out.resubmission = same_content && !out.identical;
}

void set_spreads(const Report& a, const Report& b, Comparison& out) {
    double place = 0, time = 0;
    for (const auto* r : {&a, &b}) {
        if (r->place_guessed && r->extent_m <= 0)
            ++out.places_unstated;
        else
            place += r->reach_m() * r->reach_m();
        if (r->time_guessed)
            ++out.times_unstated;
        else
            time += r->time_precision_s * r->time_precision_s;
    }
    out.place_spread_m = static_cast<float>(std::sqrt(place));
    out.time_spread_s = static_cast<float>(std::sqrt(time));
    // a uniform distribution's variance is its width squared over 12
    out.time_width_s = static_cast<float>(std::hypot(a.length_s(), b.length_s()) / std::sqrt(12.0));
}

} // namespace

double gate_m(double reach_a_m, double reach_b_m) {
    return 2 * std::hypot(reach_a_m, reach_b_m) + kGateSlack_m;
}

std::optional<Comparison> compare(const Report& one, const Report& other) {
    if (one.id == other.id) return std::nullopt;
    const bool in_order = one.id < other.id;
    const Report& a = in_order ? one : other;
    const Report& b = in_order ? other : one;
    Comparison out;
    out.a = a.id;
    out.b = b.id;
    set_doubles(a, b, out);
    if (!out.identical && (!passes_time(a, b) || !compatible_kinds(a.kind, b.kind))) return std::nullopt;
    // Blocked within max(35 km, gate) and gated within the gate: the gate alone decides.
    const double most_m = gate_m(a.reach_m(), b.reach_m());
    const double apart_m = distance_m(a.at, b.at, most_m);
    if (!out.identical && apart_m > most_m) return std::nullopt;
    out.distance_m = static_cast<float>(apart_m);
    out.time_apart_s = static_cast<float>(std::abs(a.middle_s() - b.middle_s()));
    set_spreads(a, b, out);
    out.kind = match_kinds(a.kind, b.kind);
    out.count = match_counts(a, b);
    out.nationality = match_lists(a.nationalities, b.nationalities);
    out.transport = match_texts(a.transport, b.transport);
    out.commodity = match_lists(a.commodities, b.commodities);
    if (!a.place_key.empty() && !b.place_key.empty())
        out.place_likeness = static_cast<float>(place_similarity(a.place_key, b.place_key));
    out.area_against_point = is_area(a) != is_area(b) || is_period(a) != is_period(b);
    out.across_purpose_wall = a.rescue != b.rescue;
    return out;
}

} // namespace layers::fuse
