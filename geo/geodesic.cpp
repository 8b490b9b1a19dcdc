#include "geo/geodesic.hpp"

#include <GeographicLib/Geodesic.hpp>
#include <GeographicLib/PolygonArea.hpp>

#include <cmath>

namespace geo {
namespace {

const GeographicLib::Geodesic& wgs84() {
    return GeographicLib::Geodesic::WGS84();
}

// Calls each(begin, end) for every part: lines, or rings.
template <typename Each>
void for_each_part(const Geometry& g, Each each) {
    std::uint32_t begin = 0;
    for (std::uint32_t end : g.part_ends) {
        each(begin, end);
        begin = end;
    }
}

double ring_area_m2(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    GeographicLib::PolygonArea area{wgs84()};
    for (std::uint32_t i = begin; i + 1 < end; ++i) area.AddPoint(g.points[i].y, g.points[i].x);
    double perimeter_m = 0, m2 = 0;
    area.Compute(false, true, perimeter_m, m2);
    return std::abs(m2);
}

double own_area_m2(const Geometry& g) {
    double sum = 0;
    std::uint32_t ring = 0;
    for (std::uint32_t rings_end : g.polygon_ends) {
        for (std::uint32_t first = ring; ring < rings_end; ++ring) {
            const double m2 = ring_area_m2(g, ring == 0 ? 0 : g.part_ends[ring - 1], g.part_ends[ring]);
            sum += ring == first ? m2 : -m2;
        }
    }
    return sum;
}

} // namespace

Inverse inverse(Point from, Point to) {
    Inverse result;
    wgs84().Inverse(from.y, from.x, to.y, to.x, result.distance_m, result.azimuth_deg, result.azimuth_to_deg);
    if (result.azimuth_deg == -180) result.azimuth_deg = 180;
    if (result.azimuth_to_deg == -180) result.azimuth_to_deg = 180;
    return result;
}

Point direct(Point from, double azimuth_deg, double distance_m) {
    Point to;
    wgs84().Direct(from.y, from.x, azimuth_deg, distance_m, to.y, to.x);
    return to;
}

double length_m(const Geometry& lines) {
    double sum = 0;
    for_each_part(lines, [&](std::uint32_t begin, std::uint32_t end) {
        for (std::uint32_t i = begin; i + 1 < end; ++i) {
            double m = 0;
            wgs84().Inverse(lines.points[i].y, lines.points[i].x, lines.points[i + 1].y, lines.points[i + 1].x, m);
            sum += m;
        }
    });
    for (const Geometry& member : lines.members) sum += length_m(member);
    return sum;
}

double area_m2(const Geometry& polygons) {
    double sum = own_area_m2(polygons);
    for (const Geometry& member : polygons.members) sum += area_m2(member);
    return sum;
}

} // namespace geo
