// The cut at lon = ±180: a part of geo/ops.hpp.
#include "geo/ops.hpp"
#include "geo/wrap/geos.hpp"

#include <algorithm>
#include <cmath>

namespace geo {
namespace {

std::uint32_t begin_of(const std::vector<std::uint32_t>& ends, std::size_t i) {
    return i == 0 ? 0 : ends[i - 1];
}

bool crosses(const Geometry& g) {
    if (g.type == GeometryType::multi_point) return false; // its points are no steps
    for (std::size_t part = 0; part < g.part_ends.size(); ++part) {
        for (std::uint32_t i = begin_of(g.part_ends, part) + 1; i < g.part_ends[part]; ++i) {
            if (std::abs(g.points[i].x - g.points[i - 1].x) > 180) return true;
        }
    }
    return std::any_of(g.members.begin(), g.members.end(), crosses);
}

// ---- lines -------------------------------------------------------------------------------------------------------

void split_line(const Geometry& g, std::uint32_t begin, std::uint32_t end, Geometry& out) {
    const auto end_part = [&] { out.part_ends.push_back(static_cast<std::uint32_t>(out.points.size())); };
    out.points.push_back(g.points[begin]);
    for (std::uint32_t i = begin + 1; i < end; ++i) {
        const Point a = g.points[i - 1], b = g.points[i];
        if (std::abs(b.x - a.x) > 180) {
            const double side = a.x > 0 ? 180 : -180; // the side that is left
            const double to_edge = side - a.x, whole = b.x + 2 * side - a.x;
            const double y = whole == 0 ? a.y : a.y + (b.y - a.y) * to_edge / whole;
            if (a.x != side) out.points.push_back({side, y});
            end_part();
            if (b.x != -side) out.points.push_back({-side, y});
        }
        out.points.push_back(b);
    }
    end_part();
}

// A cut at a line's own end leaves a part of a single point, which is none.
Geometry without_stubs(const Geometry& lines) {
    Geometry out;
    out.type = GeometryType::multi_line_string;
    for (std::size_t part = 0; part < lines.part_ends.size(); ++part) {
        const std::uint32_t begin = begin_of(lines.part_ends, part), end = lines.part_ends[part];
        if (end - begin < 2) continue;
        out.points.insert(out.points.end(), lines.points.begin() + begin, lines.points.begin() + end);
        out.part_ends.push_back(static_cast<std::uint32_t>(out.points.size()));
    }
    return out;
}

// ---- polygons ----------------------------------------------------------------------------------------------------

// The ring with every step the short way round, so longitudes may leave ±180. A ring round a pole doesn't come back to
// where it began; it is closed along that pole.
std::vector<Point> unrolled(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    std::vector<Point> ring{g.points[begin]};
    double turn = 0, latitudes = 0;
    for (std::uint32_t i = begin + 1; i < end; ++i) {
        const double step = g.points[i].x - g.points[i - 1].x;
        if (step > 180) turn -= 360;
        if (step < -180) turn += 360;
        ring.push_back({g.points[i].x + turn, g.points[i].y});
        latitudes += g.points[i].y;
    }
    if (turn != 0) {
        const double pole = latitudes < 0 ? -90 : 90;
        const Point first = ring.front();
        ring.push_back({ring.back().x, pole});
        ring.push_back({first.x, pole});
        ring.push_back(first);
    }
    return ring;
}

double centre_x(const std::vector<Point>& ring) {
    const auto [low, high] = std::minmax_element(ring.begin(), ring.end(), [](Point a, Point b) { return a.x < b.x; });
    return (low->x + high->x) / 2;
}

void split_polygon(const Geometry& g, std::uint32_t begin, std::uint32_t end, Geometry& out) {
    std::vector<std::vector<Point>> rings;
    for (std::uint32_t ring = begin; ring < end; ++ring) {
        rings.push_back(unrolled(g, begin_of(g.part_ends, ring), g.part_ends[ring]));
        // A hole belongs where its outer ring is.
        const double turns = std::round((centre_x(rings.front()) - centre_x(rings.back())) / 360);
        for (Point& p : rings.back()) p.x += turns * 360;
    }
    const Geometry whole = make_valid(make_polygon(std::move(rings)));
    const Box box = whole.box();
    for (double west = -540; west < 540; west += 360) {
        if (box.max_x <= west || box.min_x >= west + 360) continue;
        Geometry piece = wrap::geos_intersection(whole, make_box_polygon({west, -90, west + 360, 90}));
        std::vector<Geometry> pieces = piece.members;
        pieces.push_back(piece);
        for (Geometry& part : pieces) {
            if (part.type != GeometryType::polygon && part.type != GeometryType::multi_polygon) continue;
            const auto points_before = static_cast<std::uint32_t>(out.points.size());
            const auto parts_before = static_cast<std::uint32_t>(out.part_ends.size());
            for (const Point& p : part.points) out.points.push_back({std::clamp(p.x - west - 180, -180.0, 180.0), p.y});
            for (std::uint32_t e : part.part_ends) out.part_ends.push_back(points_before + e);
            for (std::uint32_t e : part.polygon_ends) out.polygon_ends.push_back(parts_before + e);
        }
    }
}

} // namespace

Geometry split_at_antimeridian(const Geometry& geometry) {
    if (!crosses(geometry)) return geometry;
    Geometry out;
    switch (geometry.type) {
    case GeometryType::line_string:
    case GeometryType::multi_line_string:
        for (std::size_t part = 0; part < geometry.part_ends.size(); ++part) {
            split_line(geometry, begin_of(geometry.part_ends, part), geometry.part_ends[part], out);
        }
        return without_stubs(out);
    case GeometryType::polygon:
    case GeometryType::multi_polygon:
        out.type = GeometryType::multi_polygon;
        for (std::size_t polygon = 0; polygon < geometry.polygon_ends.size(); ++polygon) {
            split_polygon(geometry, begin_of(geometry.polygon_ends, polygon), geometry.polygon_ends[polygon], out);
        }
        // Round a pole the pieces meet again along a whole edge.
        out = wrap::geos_union(out);
        orient_rings(out);
        return out;
    case GeometryType::collection:
        out.type = geometry.type;
        for (const Geometry& member : geometry.members) out.members.push_back(split_at_antimeridian(member));
        return out;
    default:
        return geometry;
    }
}

} // namespace geo
