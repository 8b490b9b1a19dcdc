// Points of a layer: each belongs to exactly one tile of a zoom (half-open edges), singly or in a cluster.
#pragma once

#include "layers/encode/mvt.hpp"
#include "layers/tiles/tile_builder.hpp"

namespace layers::tiles {

struct PointHit { // small: an overview tile has a million
    const index::Piece* piece;
    index::Row row;
    std::uint16_t x, y; // in tile units, below kExtent
    encode::TilePoint at() const { return {x, y}; }
};

// The tile that owns a position at this zoom, and the place in it. Depends on the position alone, so that neighbours
// agree: nothing is counted twice or lost between them.
struct Placed {
    std::int64_t tile_x, tile_y;
    encode::TilePoint at;
};
Placed place(geo::MercatorPoint p, int z);

// Draws the points; when they would not fit the budget, cells of a grid that never crosses the tile's edge are merged
// into clusters with `count`, `clustered`, the worst `impact` and the newest `valid_from` of their members. Distress is
// never merged. A cluster lies at its members' mean.
void draw_points(encode::TileLayer& out, std::vector<PointHit>& hits, const LayerSource& source,
                 std::optional<geo::Instant> state_at, std::size_t budget_bytes, LayerStatistics& statistics);

} // namespace layers::tiles
