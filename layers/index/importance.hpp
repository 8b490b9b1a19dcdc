// Which vertices of a shape matter how much for simplification, over all its parts. Private to this room.
#pragma once

#include "geo/geometry.hpp"
#include "geo/tile.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace layers::index {

// Appends one importance a vertex, in the same order; 0 for points.
void append_importance(std::span<const geo::MercatorPoint> vertices, std::span<const std::uint32_t> part_ends,
                       geo::GeometryType type, std::vector<float>& out);

} // namespace layers::index
