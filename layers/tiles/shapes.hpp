// Lines and polygons of a layer: simplified by precomputed importance, clipped, quantised, drawn largest first.
#pragma once

#include "layers/encode/mvt.hpp"
#include "layers/tiles/tile_builder.hpp"

#include <stop_token>

namespace layers::tiles {

struct ShapeHit {
    const index::Piece* piece;
    index::Row row;
    double size_units; // the longer side of its box, in tile units
};

// Draws as many as fit, the smallest left out first. What shrinks to a single unit or to no area is counted as dropped.
// Every polygon drawn is valid on the tile's grid, its rings wound as the specification asks (4.3.3.3).
void draw_shapes(encode::TileLayer& out, std::vector<ShapeHit>& hits, geo::TileId tile, const LayerSource& source,
                 std::optional<geo::Instant> state_at, std::size_t budget_bytes, LayerStatistics& statistics,
                 const std::stop_token& stop);

} // namespace layers::tiles
