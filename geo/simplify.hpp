// Which vertices of a line a coarse map can do without, worked out once so that every zoom is a scan over numbers.
// Knows no tile. Thread-safe.
#pragma once

#include "geo/tile.hpp"

#include <span>
#include <vector>

namespace geo {

// For each vertex the tolerance, in centimetres of Web Mercator, up to which it must stay: the vertices with
// importance >= t are a simplification whose every dropped vertex lies within t of it.
// Ramer 1972, Douglas and Peucker 1973, as a hierarchy: a vertex never has more importance than the one that split the
// line before it, so a coarser choice is always part of a finer one. The ends are infinite. Of a ring (closed, first =
// last) two more vertices are infinite, so at least 4 points stay; a ring of fewer stays whole.
// Time O(n log n) for any input: where splitting at the farthest vertex goes too deep, it goes on at the middle, which
// keeps the bound and costs some vertices more.
std::vector<float> vertex_importance(std::span<const MercatorPoint> line, bool ring);

// A tolerance that no eye sees at zoom z: `pixels` of 1/256 of a tile's width, in centimetres.
float tolerance_cm(int z, double pixels = 0.25);

} // namespace geo
