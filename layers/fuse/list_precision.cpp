#include "layers/fuse/list_precision.hpp"

#include "geo/geodesic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace layers::fuse {
namespace {

constexpr std::size_t kEnoughReports = 30; // fewer show nothing
constexpr double kNearlyAll = 0.95;
constexpr double kStacked = 0.3;         // places for each report, below which a list knows places only
constexpr std::size_t kMostPlaces = 400; // that are looked at, evenly taken
constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr double kMetresPerDegree = 111'320;

using Places = std::map<std::pair<double, double>, std::size_t>;

// Degrees that nearly all coordinates are multiples of; 0: none of these.
double grid_deg(const std::vector<Report*>& list) {
    constexpr std::array kGrids{1.0, 0.5, 0.25, 0.2, 0.1, 0.05};
    for (const double grid : kGrids) {
        const auto on_grid = [grid](double degrees) {
            return std::abs(degrees / grid - std::round(degrees / grid)) < 1e-4;
        };
        const auto count =
            std::ranges::count_if(list, [&](const Report* r) { return on_grid(r->at.x) && on_grid(r->at.y); });
        if (static_cast<double>(count) >= kNearlyAll * static_cast<double>(list.size())) return grid;
    }
    return 0;
}

// Median distance from a place to the next one.
double to_the_next_m(const Places& places) {
    std::vector<geo::Point> points;
    for (const auto& [at, reports] : places) points.push_back({at.first, at.second});
    const std::size_t step = (points.size() + kMostPlaces - 1) / kMostPlaces;
    std::vector<double> nearest;
    for (std::size_t i = 0; i < points.size(); i += step) {
        double best = 1e9;
        for (std::size_t k = 0; k < points.size(); ++k) {
            const double north = (points[k].y - points[i].y) * kMetresPerDegree;
            const double east = std::remainder(points[k].x - points[i].x, 360.0) * kMetresPerDegree *
                                std::cos(points[i].y * M_PI / 180);
            if (k != i) best = std::min(best, std::hypot(north, east));
        }
        nearest.push_back(best);
    }
    std::ranges::nth_element(nearest, nearest.begin() + static_cast<std::ptrdiff_t>(nearest.size() / 2));
    return nearest[nearest.size() / 2];
}

// What the list can't be better than; 0: shows nothing.
double shown_m(const std::vector<Report*>& list) {
    double shown = grid_deg(list) * kMetresPerDegree / std::sqrt(2.0); // half a cell's diagonal
    Places places;
    for (const auto* report : list) ++places[{report->at.x, report->at.y}];
    if (places.size() > 1 && static_cast<double>(places.size()) <= kStacked * static_cast<double>(list.size()))
        shown = std::max(shown, to_the_next_m(places) / 2);
    return shown;
}

bool only_days(const std::vector<Report*>& list) {
    const auto count = std::ranges::count_if(list, [](const Report* r) { return r->from.us % kDay_us == 0; });
    return static_cast<double>(count) >= kNearlyAll * static_cast<double>(list.size());
}

std::string words(const char* pattern, const std::string& agency, std::size_t reports, double value) {
    std::array<char, 240> text{};
    std::snprintf(text.data(), text.size(), pattern, agency.substr(0, 60).c_str(), reports, value);
    return text.data();
}

} // namespace

std::vector<std::string> believe_the_list(std::vector<Report>& reports) {
    std::map<std::string, std::vector<Report*>> lists;
    for (auto& report : reports) lists[report.agency].push_back(&report);
    std::vector<std::string> done;
    for (auto& [agency, list] : lists) {
        if (list.size() < kEnoughReports) continue;
        const double shown = shown_m(list);
        std::size_t places = 0, days = 0;
        for (auto* report : list) {
            if (report->extent_m > 0 || report->geo_precision_m >= shown) continue;
            places += report->place_guessed ? 0 : 1;
            report->geo_precision_m = shown;
            report->place_guessed = true;
        }
        if (places > 0)
            done.push_back(words("%s: %zu reports state a place more precisely than their list knows it; taken as not "
                                 "stated, within %.0f m",
                                 agency, places, shown));
        if (!only_days(list)) continue;
        for (auto* report : list) {
            if (report->time_guessed || report->time_precision_s >= kUnstatedTime_s / 2 ||
                report->from.us % kDay_us != 0)
                continue;
            report->time_guessed = true;
            report->time_precision_s = kUnstatedTime_s;
            if (report->to == report->from) report->to.us += kDay_us;
            ++days;
        }
        if (days > 0) done.push_back(words("%s: %zu times are bare dates; taken as whole days", agency, days, 0));
    }
    return done;
}

} // namespace layers::fuse
