// One vector tile from the read model: select, thin to a byte budget, simplify, clip, quantise, encode.
// Tiles tell the truth: what a budget took away is in the tile (`_meta`) and in the statistics, clusters count exactly,
// and policy has been applied before anything is drawn. Knows no HTTP and no cache.
#pragma once

#include "geo/tile.hpp"
#include "layers/access/caller.hpp"
#include "layers/index/read_model.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace layers::tiles {

inline constexpr std::int32_t kExtent = 4096;
inline constexpr std::int32_t kBuffer = 64; // units beyond the edge that lines and polygons are drawn to

struct LayerSource {
    std::shared_ptr<const index::View> view;
    query::ExpressionPtr filter;         // policy AND the caller's own, bound
    std::vector<bool> visible;           // by field
    std::vector<std::string> properties; // empty: the layer's tile set
};

struct LayerStatistics {
    std::string layer;
    std::int64_t source = 0;    // rows that pass and belong to this tile
    std::int64_t clustered = 0; // of them in clusters
    std::int64_t dropped = 0;   // of them not drawn: over the budget, or smaller than one unit
};

struct BuiltTile {
    std::string mvt; // not compressed; empty when nothing is there
    std::vector<LayerStatistics> statistics;
};

// `budget_bytes` for the whole tile before compression; 0: nothing is clustered, dropped for size, or told in `_meta`.
// `state_at`: for layers with appended states. Error{cancelled} when `stop` is set.
BuiltTile build_tile(const std::vector<LayerSource>& layers, geo::TileId tile, const index::TimeWindow& window,
                     std::optional<geo::Instant> state_at, std::size_t budget_bytes, const std::stop_token& stop);

} // namespace layers::tiles
