#include "layers/tiles/tile_builder.hpp"

#include "geo/error.hpp"
#include "layers/tiles/points.hpp"
#include "layers/tiles/shapes.hpp"

#include <algorithm>
#include <cmath>

namespace layers::tiles {

namespace {

struct Hits {
    std::vector<PointHit> points;
    std::vector<ShapeHit> shapes;
};

// A single point is in the tile that owns its place; anything else in each tile its box comes near.
Hits find(const LayerSource& source, geo::TileId tile, const index::TimeWindow& window, const std::stop_token& stop) {
    Hits hits;
    const index::View& view = *source.view;
    const auto box = geo::tile_box(tile, static_cast<double>(kBuffer) / kExtent);
    const double unit_cm = 2 * geo::kMercatorHalfWorld_m * 100 / std::ldexp(1.0, tile.z) / kExtent;
    std::size_t seen = 0;
    for (const auto& piece : view.pieces) {
        const index::Segment& segment = *piece.segment;
        const index::SegmentFilter passes{segment, *view.layer, source.filter, window};
        segment.search(box, [&](index::Row row) {
            if ((++seen & 0xffff) == 0 && stop.stop_requested())
                throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
            if (!piece.dead->visible(row, view.seq)) return;
            if (segment.type(row) == geo::GeometryType::point) {
                const Placed placed = place(segment.vertices(row)[0], tile.z);
                if (placed.tile_x == tile.x && placed.tile_y == tile.y && passes(row))
                    hits.points.push_back({&piece, row, static_cast<std::uint16_t>(placed.at.x),
                                           static_cast<std::uint16_t>(placed.at.y)});
                return;
            }
            if (!passes(row)) return;
            const auto& b = segment.box(row);
            const double size = std::max(double(b.max_x) - b.min_x, double(b.max_y) - b.min_y) / unit_cm;
            hits.shapes.push_back({&piece, row, size});
        });
    }
    return hits;
}

constexpr std::size_t kMetaBytes = 160; // of the report below, a layer

// What the tile leaves out, readable by any client: one point feature a layer.
std::string meta_layer(const std::vector<LayerStatistics>& statistics) {
    encode::TileLayer meta{"_meta"};
    for (const auto& s : statistics) {
        if (s.source == 0) continue;
        const encode::TilePoint middle{kExtent / 2, kExtent / 2};
        meta.begin(encode::MvtGeometry::point);
        meta.tag(meta.key("layer"), meta.text(s.layer));
        meta.tag(meta.key("source"), meta.integer(s.source));
        meta.tag(meta.key("clustered"), meta.integer(s.clustered));
        meta.tag(meta.key("dropped"), meta.integer(s.dropped));
        meta.points({&middle, 1});
        meta.commit();
    }
    return meta.finish();
}

} // namespace

BuiltTile build_tile(const std::vector<LayerSource>& layers, geo::TileId tile, const index::TimeWindow& window,
                     std::optional<geo::Instant> state_at, std::size_t budget_bytes, const std::stop_token& stop) {
    BuiltTile built;
    std::size_t left = layers.size();
    for (const auto& source : layers) {
        // An even share of what is left: what a small layer does not use goes to the next.
        const std::size_t used = std::min(built.mvt.size() + kMetaBytes * layers.size(), budget_bytes);
        const std::size_t share = budget_bytes == 0 ? 0 : std::max<std::size_t>(1, (budget_bytes - used) / left);
        --left;
        Hits hits = find(source, tile, window, stop);
        LayerStatistics statistics{source.view->layer->id, 0, 0, 0};
        statistics.source = static_cast<std::int64_t>(hits.points.size() + hits.shapes.size());
        encode::TileLayer out{source.view->layer->id, kExtent};
        // Shapes first, points above them in what remains.
        draw_shapes(out, hits.shapes, tile, source, state_at, share, statistics, stop);
        const std::size_t drawn = std::min(out.size(), share);
        draw_points(out, hits.points, source, state_at, share == 0 ? 0 : std::max<std::size_t>(1, share - drawn),
                    statistics);
        out.finish(built.mvt);
        built.statistics.push_back(std::move(statistics));
    }
    if (budget_bytes > 0) built.mvt += meta_layer(built.statistics);
    return built;
}

} // namespace layers::tiles
