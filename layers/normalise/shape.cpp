#include "layers/normalise/shape.hpp"

#include "geo/error.hpp"
#include "geo/ops.hpp"
#include "layers/model/names.hpp"

#include <algorithm>
#include <cmath>

namespace layers::normalise {
namespace {

using geo::Geometry;
using geo::GeometryType;

[[noreturn]] void refuse(const std::string& why) {
    throw geo::Error{geo::ErrorCode::invalid_geometry, why, "geometry"};
}

void swap_axes(Geometry& geometry) {
    for (auto& p : geometry.points) std::swap(p.x, p.y);
    for (auto& member : geometry.members) swap_axes(member);
}

bool is_area(GeometryType type) {
    return type == GeometryType::polygon || type == GeometryType::multi_polygon;
}
bool is_line(GeometryType type) {
    return type == GeometryType::line_string || type == GeometryType::multi_line_string;
}

// The multi-type that members of this type make.
GeometryType multi_of(GeometryType type) {
    switch (type) {
    case GeometryType::point:
    case GeometryType::multi_point:
        return GeometryType::multi_point;
    case GeometryType::line_string:
    case GeometryType::multi_line_string:
        return GeometryType::multi_line_string;
    case GeometryType::polygon:
    case GeometryType::multi_polygon:
        return GeometryType::multi_polygon;
    default:
        return GeometryType::collection;
    }
}

// A collection of one kind only is a multi-geometry that its writer could not name.
Geometry merged(Geometry geometry) {
    if (geometry.type != GeometryType::collection || geometry.members.empty()) return geometry;
    for (auto& member : geometry.members) member = merged(std::move(member));
    if (geometry.members.size() == 1) return std::move(geometry.members.front());
    const auto type = multi_of(geometry.members.front().type);
    const bool same = std::ranges::all_of(geometry.members, [&](const auto& m) { return multi_of(m.type) == type; });
    if (!same || type == GeometryType::collection) return geometry;
    Geometry out;
    out.type = type;
    for (const auto& member : geometry.members) {
        const auto points = static_cast<std::uint32_t>(out.points.size());
        const auto parts = static_cast<std::uint32_t>(out.part_ends.size());
        out.points.insert(out.points.end(), member.points.begin(), member.points.end());
        for (const auto end : member.part_ends) out.part_ends.push_back(points + end);
        for (const auto end : member.polygon_ends) out.polygon_ends.push_back(parts + end);
    }
    return out;
}

// A line that never moves is a point that its writer could not help; GEOS calls it invalid and can't make a line of it.
bool has_extent(const Geometry& geometry) {
    return std::ranges::any_of(geometry.points, [&](geo::Point p) { return p != geometry.points.front(); });
}

void make_valid(Shape& shape) {
    auto& geometry = shape.geometry;
    if (is_line(geometry.type) && !has_extent(geometry)) refuse("a line without length");
    if (!is_area(geometry.type) && geometry.type != GeometryType::collection) return;
    if (const auto reason = geo::invalid_reason(geometry)) {
        const auto type = geometry.type;
        geometry = geo::make_valid(geometry);
        const bool kept = !geometry.empty() && (type == GeometryType::collection || is_area(geometry.type));
        if (!kept) refuse("the shape is not valid and can't be repaired: " + *reason);
        shape.repaired = *reason;
    }
    geo::orient_rings(geometry);
}

} // namespace

Shape make_shape(const Geometry& raw, const geo::Transformer& to_lon_lat, const ShapeOptions& options) {
    Shape shape{raw, std::nullopt};
    auto& geometry = shape.geometry;
    if (geometry.type == GeometryType::none) return shape;
    if (options.swap_axes) swap_axes(geometry);
    if (!to_lon_lat.identity()) to_lon_lat.apply(geometry);
    if (!geo::on_earth(geometry)) {
        refuse(
            "coordinates off the earth (longitude within ±180, latitude within ±90): is it another reference system?");
    }
    geometry = merged(std::move(geometry));
    // A single point in a multi-point is how some formats write every point.
    if (geometry.type == GeometryType::multi_point && geometry.points.size() == 1) geometry.type = GeometryType::point;
    if (!fits(geometry.type, options.kind)) {
        refuse(std::string{"a "} + geo::type_name(geometry.type) + " where the layer holds " + name(options.kind));
    }
    const auto box = geometry.box();
    if (box.max_x - box.min_x > 180 && geometry.type != GeometryType::point &&
        geometry.type != GeometryType::multi_point) {
        geometry = geo::split_at_antimeridian(geometry);
    }
    make_valid(shape);
    return shape;
}

std::optional<geo::Point> place_of(const Geometry& geometry) {
    if (geometry.type == GeometryType::none || geometry.empty()) return std::nullopt;
    if (geometry.type == GeometryType::point || geometry.type == GeometryType::multi_point)
        return geometry.points.front();
    if (is_line(geometry.type)) {
        // Half-way in degrees: which vertex stands for the line does not need the ellipsoid.
        double total = 0;
        for (std::size_t i = 1; i < geometry.points.size(); ++i) {
            total += std::hypot(geometry.points[i].x - geometry.points[i - 1].x,
                                geometry.points[i].y - geometry.points[i - 1].y);
        }
        double left = total / 2;
        for (std::size_t i = 1; i < geometry.points.size(); ++i) {
            const auto a = geometry.points[i - 1];
            const auto b = geometry.points[i];
            const double step = std::hypot(b.x - a.x, b.y - a.y);
            if (step >= left && step > 0)
                return geo::Point{a.x + (b.x - a.x) * left / step, a.y + (b.y - a.y) * left / step};
            left -= step;
        }
        return geometry.points.front();
    }
    const auto box = geometry.box();
    return geo::Point{(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2};
}

} // namespace layers::normalise
