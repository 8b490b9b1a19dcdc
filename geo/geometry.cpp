#include "geo/geometry.hpp"

#include <cmath>
#include <utility>

namespace geo {

Box Geometry::box() const {
    Box box;
    for (const Point& p : points) box.add(p);
    for (const Geometry& member : members) box.add(member.box());
    return box;
}

Geometry make_point(double x, double y) {
    Geometry g;
    g.type = GeometryType::point;
    g.points.push_back({x, y});
    return g;
}

Geometry make_line(std::vector<Point> points) {
    Geometry g;
    g.type = GeometryType::line_string;
    g.points = std::move(points);
    if (!g.points.empty()) g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
    return g;
}

Geometry make_polygon(std::vector<std::vector<Point>> rings) {
    Geometry g;
    g.type = GeometryType::polygon;
    for (const auto& ring : rings) {
        g.points.insert(g.points.end(), ring.begin(), ring.end());
        g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
    }
    if (!g.part_ends.empty()) g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
    return g;
}

Geometry make_box_polygon(const Box& box) {
    return make_polygon({{{box.min_x, box.min_y},
                          {box.max_x, box.min_y},
                          {box.max_x, box.max_y},
                          {box.min_x, box.max_y},
                          {box.min_x, box.min_y}}});
}

bool on_earth(const Geometry& geometry) {
    // Comparisons written so that NaN fails them.
    for (const Point& p : geometry.points) {
        if (!(std::abs(p.x) <= 180 && std::abs(p.y) <= 90)) return false;
    }
    for (const Geometry& member : geometry.members) {
        if (!on_earth(member)) return false;
    }
    return true;
}

const char* type_name(GeometryType type) {
    switch (type) {
    case GeometryType::none:
        return "None";
    case GeometryType::point:
        return "Point";
    case GeometryType::line_string:
        return "LineString";
    case GeometryType::polygon:
        return "Polygon";
    case GeometryType::multi_point:
        return "MultiPoint";
    case GeometryType::multi_line_string:
        return "MultiLineString";
    case GeometryType::multi_polygon:
        return "MultiPolygon";
    case GeometryType::collection:
        return "GeometryCollection";
    }
    return "None";
}

} // namespace geo
