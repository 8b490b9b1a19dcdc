// Shapes as plain data: flat coordinate arrays, so that a million of them are cheap to build, scan and copy.
// Knows no library, no layer, no coordinate system; by custom coordinates are lon,lat WGS 84 in degrees.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace geo {

struct Point {
    double x = 0;
    double y = 0;
    friend bool operator==(const Point&, const Point&) = default;
};

// Axis-aligned, closed. A fresh box is empty (min > max) and grows by `add`.
struct Box {
    double min_x = std::numeric_limits<double>::infinity();
    double min_y = std::numeric_limits<double>::infinity();
    double max_x = -std::numeric_limits<double>::infinity();
    double max_y = -std::numeric_limits<double>::infinity();

    bool empty() const { return min_x > max_x || min_y > max_y; }
    void add(Point p) {
        if (p.x < min_x) min_x = p.x;
        if (p.y < min_y) min_y = p.y;
        if (p.x > max_x) max_x = p.x;
        if (p.y > max_y) max_y = p.y;
    }
    void add(const Box& b) {
        if (b.empty()) return;
        add(Point{b.min_x, b.min_y});
        add(Point{b.max_x, b.max_y});
    }
    bool intersects(const Box& b) const {
        return min_x <= b.max_x && b.min_x <= max_x && min_y <= b.max_y && b.min_y <= max_y;
    }
    bool contains(Point p) const { return p.x >= min_x && p.x <= max_x && p.y >= min_y && p.y <= max_y; }
    friend bool operator==(const Box&, const Box&) = default;
};

// Values are the WKB type codes (OGC 06-103r4 table 7).
enum class GeometryType : std::uint8_t {
    none = 0,
    point = 1,
    line_string = 2,
    polygon = 3,
    multi_point = 4,
    multi_line_string = 5,
    multi_polygon = 6,
    collection = 7,
};

// All coordinates of a shape in one array, cut into parts by end offsets:
//   point, multi_point            points; no parts
//   line_string, multi_line_string  part_ends[i] = one past the last point of line i
//   polygon, multi_polygon        part_ends = rings (closed, first = last point), polygon_ends[i] = one past the
//                                 last ring of polygon i; outer ring first, counter-clockwise (RFC 7946)
//   collection                    members; points empty
// Two dimensions: heights and measures of a source are dropped on reading (tracks keep theirs as fields).
struct Geometry {
    GeometryType type = GeometryType::none;
    std::vector<Point> points;
    std::vector<std::uint32_t> part_ends;
    std::vector<std::uint32_t> polygon_ends;
    std::vector<Geometry> members;

    bool empty() const { return points.empty() && members.empty(); }
    Box box() const;
    friend bool operator==(const Geometry&, const Geometry&) = default;
};

Geometry make_point(double x, double y);
Geometry make_line(std::vector<Point> points);
Geometry make_polygon(std::vector<std::vector<Point>> rings);
Geometry make_box_polygon(const Box& box);

// True when every coordinate is finite and |x| <= 180, |y| <= 90.
bool on_earth(const Geometry& geometry);

const char* type_name(GeometryType type); // as GeoJSON spells it; "None" for none

} // namespace geo
