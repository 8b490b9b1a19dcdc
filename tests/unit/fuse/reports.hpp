// Reports for tests of fusion: one to vary, and seeded random ones.
#pragma once

#include "geo/geodesic.hpp"
#include "layers/fuse/bulk.hpp"
#include "layers/fuse/finder.hpp"
#include "layers/fuse/score.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace reports {

using namespace layers::fuse;

inline geo::Instant at(double hours) { // since the start of 2031
    return {geo::from_rfc3339("2031-01-01T00:00:00Z")->us + static_cast<std::int64_t>(hours * 3.6e9)};
}

inline Report one(const std::string& name, const std::string& agency, double lon, double lat, double hours) {
    Report report;
    report.id = geo::uuid_from_hash(name);
    report.agency = agency;
    report.source_ref = name;
    report.kind = "som";
    report.at = {lon, lat};
    report.geo_precision_m = 1'000;
    report.from = report.to = at(hours);
    report.time_precision_s = 3'600;
    complete(report);
    return report;
}

// A place `metres` north of another (a degree of latitude there is 110.9 km).
inline geo::Point north_of(geo::Point from, double metres) {
    return geo::direct(from, 0, metres);
}

// Reports in heaps, so that many are candidates of each other; some without fields, some areas and periods.
inline std::vector<Report> many(unsigned seed, std::size_t count, double days = 60) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> share{0, 1};
    const std::vector<std::string> kinds{"som",    "crossing", "tip",     "narcotics",
                                         "attack", "",         "offload", "words of their own"};
    const std::vector<std::string> places{"", "Torkham", "Gawadar", "Gwadar", "Chaman town", "Taftan"};
    std::vector<Report> all;
    for (std::size_t i = 0; i < count; ++i) {
        const double heap = static_cast<double>(random() % 12);
        auto report =
            one("report " + std::to_string(seed) + ' ' + std::to_string(i), "agency " + std::to_string(random() % 4),
                61 + heap + share(random) * 0.2, 26 + heap / 2 + share(random) * 0.2, share(random) * 24 * days);
        report.kind = kinds[random() % kinds.size()];
        report.place = places[random() % places.size()];
        report.place_key.clear();
        if (random() % 3 == 0) report.geo_precision_m = 0;
        if (random() % 3 == 0) report.time_precision_s = 0;
        if (random() % 20 == 0) report.geo_precision_m = 120'000;
        if (random() % 20 == 0) report.to.us += 20 * 86'400'000'000;
        if (random() % 2 == 0) report.count_min = report.count_max = random() % 9;
        if (random() % 2 == 0) report.nationalities = {random() % 2 ? "AFG" : "BGD"};
        if (random() % 2 == 0) report.transport = random() % 2 ? "foot" : "unknown";
        if (random() % 2 == 0) report.commodities = {random() % 2 ? "fuel" : "cloth"};
        complete(report);
        all.push_back(std::move(report));
    }
    return all;
}

inline Surroundings around(const std::vector<Report>& all) {
    Surroundings surroundings;
    for (const auto& report : all) surroundings.add(report);
    return surroundings;
}

inline Finder finder_of(const std::vector<Report>& all) {
    Finder finder;
    for (const auto& report : all) finder.add(report);
    return finder;
}

inline bool same(const Comparison& one, const Comparison& other) {
    const auto all = [](const Comparison& c) {
        return std::tuple{c.a,
                          c.b,
                          c.distance_m,
                          c.place_spread_m,
                          c.time_apart_s,
                          c.time_spread_s,
                          c.time_width_s,
                          c.place_likeness,
                          c.places_unstated,
                          c.times_unstated,
                          c.kind,
                          c.count,
                          c.nationality,
                          c.transport,
                          c.commodity,
                          c.same_agency,
                          c.identical,
                          c.resubmission,
                          c.area_against_point,
                          c.across_purpose_wall};
    };
    return all(one) == all(other);
}

} // namespace reports
