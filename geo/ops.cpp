#include "geo/ops.hpp"

#include "geo/error.hpp"
#include "geo/wrap/geos.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace geo {
namespace {

std::uint32_t begin_of(const std::vector<std::uint32_t>& ends, std::size_t i) {
    return i == 0 ? 0 : ends[i - 1];
}

std::string at(Point p) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), " at (%.10g %.10g)", p.x, p.y);
    return buffer.data();
}

bool is_polygonal(GeometryType type) {
    return type == GeometryType::polygon || type == GeometryType::multi_polygon;
}
bool is_linear(GeometryType type) {
    return type == GeometryType::line_string || type == GeometryType::multi_line_string;
}

// What GEOS can't even be handed.
std::optional<std::string> structure_fault(const Geometry& g) {
    for (const Point& p : g.points) {
        if (!std::isfinite(p.x) || !std::isfinite(p.y)) return "a coordinate is not a finite number";
    }
    for (std::size_t part = 0; part < g.part_ends.size(); ++part) {
        const std::uint32_t begin = begin_of(g.part_ends, part), end = g.part_ends[part];
        if (is_linear(g.type) && end - begin < 2) return "a line of fewer than 2 points" + at(g.points[begin]);
        if (!is_polygonal(g.type)) continue;
        if (g.points[begin] != g.points[end - 1]) return "a ring is not closed" + at(g.points[begin]);
        if (end - begin < 4) return "a ring of fewer than 4 points" + at(g.points[begin]);
    }
    for (const Geometry& member : g.members) {
        if (auto fault = structure_fault(member)) return fault;
    }
    return {};
}

// ---- predicates --------------------------------------------------------------------------------------------------

bool is_rectangle(const Geometry& g) {
    if (g.type != GeometryType::polygon || g.points.size() != 5 || g.part_ends.size() != 1) return false;
    if (g.points[0] != g.points[4]) return false;
    for (std::size_t i = 0; i < 4; ++i) {
        const Point a = g.points[i], b = g.points[i + 1], c = g.points[(i + 2) % 4];
        const bool along_x = a.y == b.y && a.x != b.x, along_y = a.x == b.x && a.y != b.y;
        if (!along_x && !along_y) return false;
        if (along_x && b.x != c.x) return false; // corners, not a flat fold
    }
    return true;
}

bool covers(const Box& outer, const Box& inner) {
    return outer.contains(Point{inner.min_x, inner.min_y}) && outer.contains(Point{inner.max_x, inner.max_y});
}

// What boxes alone decide; nothing when GEOS must be asked. A box filter over points never gets further than this.
std::optional<bool> decided_by_boxes(Predicate predicate, const Geometry& a, const Geometry& b) {
    const Box box_a = a.box(), box_b = b.box();
    if (box_a.empty() || box_b.empty()) return {};
    if (!box_a.intersects(box_b)) return predicate == Predicate::disjoint;
    if (predicate != Predicate::intersects && predicate != Predicate::disjoint) return {};
    const bool meet = (is_rectangle(a) && covers(box_a, box_b)) || (is_rectangle(b) && covers(box_b, box_a));
    if (!meet) return {};
    return predicate == Predicate::intersects;
}

// ---- repair ------------------------------------------------------------------------------------------------------

int dimension(GeometryType type) {
    if (is_polygonal(type)) return 2;
    return is_linear(type) ? 1 : 0;
}

GeometryType multi(int dimension) {
    constexpr std::array kMulti{GeometryType::multi_point, GeometryType::multi_line_string,
                                GeometryType::multi_polygon};
    return kMulti[static_cast<std::size_t>(dimension)];
}

// Adds the parts of `from` that have the dimension of `to`, a multi-geometry.
void append_parts(Geometry& to, const Geometry& from) {
    for (const Geometry& member : from.members) append_parts(to, member);
    if (from.points.empty() || dimension(from.type) != dimension(to.type)) return;
    const auto points_before = static_cast<std::uint32_t>(to.points.size());
    const auto parts_before = static_cast<std::uint32_t>(to.part_ends.size());
    to.points.insert(to.points.end(), from.points.begin(), from.points.end());
    for (std::uint32_t end : from.part_ends) to.part_ends.push_back(points_before + end);
    for (std::uint32_t end : from.polygon_ends) to.polygon_ends.push_back(parts_before + end);
}

// A multi-geometry of one part becomes the single type.
void unwrap_single(Geometry& g) {
    if (g.type == GeometryType::multi_point && g.points.size() == 1) g.type = GeometryType::point;
    if (g.type == GeometryType::multi_line_string && g.part_ends.size() == 1) g.type = GeometryType::line_string;
    if (g.type == GeometryType::multi_polygon && g.polygon_ends.size() == 1) g.type = GeometryType::polygon;
}

double twice_signed_area(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    double sum = 0;
    const Point origin = g.points[begin]; // differences keep the sum exact for small rings far from zero
    for (std::uint32_t i = begin; i + 1 < end; ++i) {
        const Point a = g.points[i], b = g.points[i + 1];
        sum += (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
    }
    return sum;
}

} // namespace

bool holds(Predicate predicate, const Geometry& a, const Geometry& b) {
    if (const auto decided = decided_by_boxes(predicate, a, b)) return *decided;
    return wrap::geos_holds(predicate, a, b);
}

std::optional<std::string> invalid_reason(const Geometry& geometry) {
    if (auto fault = structure_fault(geometry)) return fault;
    return wrap::geos_invalid_reason(geometry);
}

Geometry make_valid(const Geometry& geometry) {
    if (const auto fault = structure_fault(geometry)) throw Error{ErrorCode::invalid_geometry, *fault};
    Geometry result;
    if (geometry.type == GeometryType::none) return result;
    if (geometry.type == GeometryType::collection) {
        result.type = geometry.type;
        for (const Geometry& member : geometry.members) result.members.push_back(make_valid(member));
        return result;
    }
    result.type = multi(dimension(geometry.type));
    append_parts(result, wrap::geos_make_valid(geometry));
    if (geometry.type != result.type) unwrap_single(result);
    orient_rings(result);
    return result;
}

void orient_rings(Geometry& geometry) {
    for (Geometry& member : geometry.members) orient_rings(member);
    for (std::size_t polygon = 0; polygon < geometry.polygon_ends.size(); ++polygon) {
        const std::uint32_t outer = begin_of(geometry.polygon_ends, polygon);
        for (std::uint32_t ring = outer; ring < geometry.polygon_ends[polygon]; ++ring) {
            const std::uint32_t begin = begin_of(geometry.part_ends, ring), end = geometry.part_ends[ring];
            const double area = twice_signed_area(geometry, begin, end);
            if (ring == outer ? area < 0 : area > 0) {
                std::reverse(geometry.points.begin() + begin, geometry.points.begin() + end);
            }
        }
    }
}

} // namespace geo
