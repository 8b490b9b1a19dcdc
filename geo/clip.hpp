// Cutting lines and rings to a box of whole centimetres (or any int32 grid, such as a tile's own), fast enough to run
// for every tile. Knows no tile and no layer. Cut points are rounded to the grid. Thread-safe.
#pragma once

#include "geo/tile.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace geo {

// Lines or rings on the grid, laid out as in Geometry: part_ends[i] = one past the last point of part i.
struct GridParts {
    std::vector<MercatorPoint> points;
    std::vector<std::uint32_t> part_ends;

    bool empty() const { return part_ends.empty(); }
    void clear() {
        points.clear();
        part_ends.clear();
    }
};

// Appends the pieces of `line` within the closed box, in its order and direction (Liang and Barsky 1984). A piece has
// at least two different points: a line that only touches the box leaves nothing.
void clip_line(std::span<const MercatorPoint> line, const MercatorBox& box, GridParts& out);

// Appends the part of the closed ring within the box as one closed ring of the same direction, or nothing where no area
// is left; returns whether it did (Sutherland and Hodgman 1974). Where the cut falls into several pieces they hang
// together by edges that run along the box's border and cover no area: take a box with a buffer, and they lie off the
// tile.
bool clip_ring(std::span<const MercatorPoint> ring, const MercatorBox& box, GridParts& out);

// Twice the signed area on the grid, exact enough for its sign; > 0 is counter-clockwise with y up.
double twice_area(std::span<const MercatorPoint> ring);

} // namespace geo
