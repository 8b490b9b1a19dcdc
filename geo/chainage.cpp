#include "geo/chainage.hpp"

#include "geo/error.hpp"
#include "geo/segment_tree.hpp"

#include <GeographicLib/Geodesic.hpp>
#include <GeographicLib/GeodesicLine.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace geo {
namespace {

using GeographicLib::Geodesic;
using GeographicLib::GeodesicLine;

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kSphere_m = 6'371'008.8; // mean radius: only for the size of a step, never for an answer
constexpr double kSettled_m = 1e-6;       // a foot that moves less has arrived
constexpr int kMostSteps = 20;

struct Segment {
    Point from, to;
    double start_m = 0; // chainage of `from`
    double length_m = 0;
    double azimuth_deg = 0; // at `from`
    double azimuth_to_deg = 0;
    bool opens_part = false, closes_part = false;
};

GeodesicLine line_of(const Segment& s) {
    return {Geodesic::WGS84(), s.from.y, s.from.x, s.azimuth_deg,
            Geodesic::LATITUDE | Geodesic::LONGITUDE | Geodesic::AZIMUTH | Geodesic::DISTANCE_IN};
}

// The nearest point of one segment: its place along it, the distance, and the two directions there.
struct Foot {
    double along_m = 0;
    double distance_m = 0;
    double line_deg = 0;    // azimuth of the line at the foot
    double towards_deg = 0; // azimuth from the foot to the point
};

Foot foot_at(const GeodesicLine& line, double along_m, Point p) {
    Foot foot;
    foot.along_m = along_m;
    double lat = 0, lon = 0, arrival = 0;
    line.Position(along_m, lat, lon, foot.line_deg);
    Geodesic::WGS84().Inverse(lat, lon, p.y, p.x, foot.distance_m, foot.towards_deg, arrival);
    return foot;
}

// At the foot the direction to the point stands square on the line. Each step solves the right-angled triangle on a
// sphere; on the ellipsoid that leaves an error smaller by flattening · (distance / radius)² each time.
Foot nearest_foot(const Segment& s, Point p, double first_guess_m) {
    const GeodesicLine line = line_of(s);
    Foot foot = foot_at(line, std::clamp(first_guess_m, 0.0, s.length_m), p);
    for (int i = 0; i < kMostSteps; ++i) {
        const double arc = foot.distance_m / kSphere_m;
        const double ahead = std::cos((foot.towards_deg - foot.line_deg) * kRadians);
        const double step_m = kSphere_m * std::atan2(std::sin(arc) * ahead, std::cos(arc));
        const double next_m = std::clamp(foot.along_m + step_m, 0.0, s.length_m);
        if (std::abs(next_m - foot.along_m) < kSettled_m) break;
        foot = foot_at(line, next_m, p);
    }
    // Exactly the vertex when within rounding of it: both neighbours then say the same.
    if (foot.along_m > 0 && foot.along_m < kSettled_m) return foot_at(line, 0, p);
    if (foot.along_m < s.length_m && foot.along_m > s.length_m - kSettled_m) return foot_at(line, s.length_m, p);
    return foot;
}

// > 0 when `towards` is to the right of `line`.
double rightness(double towards_deg, double line_deg) {
    return std::sin((towards_deg - line_deg) * kRadians);
}

} // namespace

struct Chain::Data {
    std::vector<Segment> segments; // none of zero length
    SegmentTree tree;
    double length_m = 0;

    // The segment that a chainage lies on; of two that share it the later one.
    const Segment& at(double distance_m) const {
        const auto after = std::upper_bound(segments.begin(), segments.end(), distance_m,
                                            [](double m, const Segment& s) { return m < s.start_m; });
        return after == segments.begin() ? segments.front() : *(after - 1);
    }

    bool on_right(std::size_t i, const Foot& foot) const;
};

// Where the foot is a vertex, one segment alone can't tell the side: the nearest point is a vertex only on the outer
// side of a bend, so there the turn decides.
bool Chain::Data::on_right(std::size_t i, const Foot& foot) const {
    const Segment& s = segments[i];
    const double own = rightness(foot.towards_deg, foot.line_deg);
    double in_deg = 0, out_deg = 0;
    if (foot.along_m <= 0 && !s.opens_part) {
        in_deg = segments[i - 1].azimuth_to_deg;
        out_deg = s.azimuth_deg;
    } else if (foot.along_m >= s.length_m && !s.closes_part) {
        in_deg = s.azimuth_to_deg;
        out_deg = segments[i + 1].azimuth_deg;
    } else {
        return own >= 0;
    }
    const double before = rightness(foot.towards_deg, in_deg), after = rightness(foot.towards_deg, out_deg);
    if (before >= 0 && after >= 0) return true;
    if (before < 0 && after < 0) return false;
    return rightness(out_deg, in_deg) < 0; // a turn to the left has its outer side on the right
}

Chain::Chain(const Geometry& line) {
    if (!on_earth(line)) throw Error{ErrorCode::invalid_geometry, "a line off the earth has no chainage"};
    if (line.type != GeometryType::line_string && line.type != GeometryType::multi_line_string) {
        throw Error{ErrorCode::invalid_geometry, "only a line has a chainage"};
    }
    std::vector<Segment> segments;
    double length_m = 0;
    std::uint32_t begin = 0;
    for (std::uint32_t end : line.part_ends) {
        const std::size_t first_of_part = segments.size();
        for (std::uint32_t i = begin; i + 1 < end; ++i) {
            Segment s{line.points[i], line.points[i + 1], length_m};
            Geodesic::WGS84().Inverse(s.from.y, s.from.x, s.to.y, s.to.x, s.length_m, s.azimuth_deg, s.azimuth_to_deg);
            if (!(s.length_m > 0)) continue;
            s.opens_part = segments.size() == first_of_part;
            length_m += s.length_m;
            segments.push_back(s);
        }
        if (segments.size() > first_of_part) segments.back().closes_part = true;
        begin = end;
    }
    std::vector<SegmentEnds> ends;
    ends.reserve(segments.size());
    for (const Segment& s : segments) ends.push_back({to_geocentric(s.from), to_geocentric(s.to), s.length_m});
    data_ = std::make_shared<const Data>(Data{std::move(segments), SegmentTree{std::move(ends)}, length_m});
}

double Chain::length_m() const {
    return data_ ? data_->length_m : 0;
}

std::optional<Chainage> Chain::locate(Point lon_lat, double max_offset_m) const {
    if (!data_ || !(std::abs(lon_lat.x) <= 180 && std::abs(lon_lat.y) <= 90)) return {};
    std::optional<Foot> best;
    std::size_t best_segment = 0;
    for (const Candidate& candidate : data_->tree.near(to_geocentric(lon_lat), max_offset_m)) {
        if (best && candidate.at_least_m > best->distance_m) break;
        const Segment& s = data_->segments[candidate.segment];
        const Foot foot = nearest_foot(s, lon_lat, candidate.fraction * s.length_m);
        // Of equally near places the first along the line, whatever order they were found in.
        const bool nearer = !best || foot.distance_m < best->distance_m ||
                            (foot.distance_m == best->distance_m && candidate.segment < best_segment);
        if (!nearer) continue;
        best = foot;
        best_segment = candidate.segment;
    }
    if (!best || best->distance_m > max_offset_m) return {};
    const Segment& s = data_->segments[best_segment];
    const double offset_m = data_->on_right(best_segment, *best) ? best->distance_m : -best->distance_m;
    return Chainage{s.start_m + best->along_m, offset_m};
}

Point Chain::point_at(Chainage c) const {
    if (!data_ || data_->segments.empty()) throw Error{ErrorCode::invalid_geometry, "an empty line has no chainage"};
    const double distance_m = std::clamp(c.distance_along_m, 0.0, data_->length_m);
    const Segment& s = data_->at(distance_m);
    double lat = 0, lon = 0, azimuth_deg = 0;
    line_of(s).Position(std::min(distance_m - s.start_m, s.length_m), lat, lon, azimuth_deg);
    if (c.offset_m != 0) Geodesic::WGS84().Direct(lat, lon, azimuth_deg + 90, c.offset_m, lat, lon);
    return {lon, lat};
}

Geometry Chain::piece(double from_m, double to_m) const {
    Geometry result;
    if (!data_) return result;
    from_m = std::max(from_m, 0.0);
    to_m = std::min(to_m, data_->length_m);
    if (!(from_m < to_m)) return result;
    for (const Segment& s : data_->segments) {
        const double begin_m = std::max(from_m, s.start_m), end_m = std::min(to_m, s.start_m + s.length_m);
        if (!(begin_m < end_m)) continue;
        const auto at = [&](double m) {
            double lat = 0, lon = 0;
            line_of(s).Position(m - s.start_m, lat, lon);
            return Point{lon, lat};
        };
        if (result.points.empty() || s.opens_part) {
            if (!result.points.empty()) result.part_ends.push_back(static_cast<std::uint32_t>(result.points.size()));
            result.points.push_back(begin_m == s.start_m ? s.from : at(begin_m));
        }
        result.points.push_back(end_m == s.start_m + s.length_m ? s.to : at(end_m));
    }
    result.part_ends.push_back(static_cast<std::uint32_t>(result.points.size()));
    result.type = result.part_ends.size() > 1 ? GeometryType::multi_line_string : GeometryType::line_string;
    return result;
}

} // namespace geo
