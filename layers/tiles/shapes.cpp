#include "layers/tiles/shapes.hpp"

#include "geo/clip.hpp"
#include "geo/error.hpp"
#include "geo/ops.hpp"
#include "geo/simplify.hpp"
#include "layers/tiles/properties.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace layers::tiles {

namespace {

using encode::TilePoint;
using geo::MercatorPoint;

// From centimetres of Web Mercator to the tile's units.
class Grid {
public:
    explicit Grid(geo::TileId tile)
        : box{geo::tile_box(tile, static_cast<double>(kBuffer) / kExtent)}, tolerance{geo::tolerance_cm(tile.z)} {
        const double width = 2 * geo::kMercatorHalfWorld_m * 100 / std::ldexp(1.0, tile.z);
        origin_x_ = static_cast<double>(tile.x) * width - geo::kMercatorHalfWorld_m * 100;
        origin_y_ = geo::kMercatorHalfWorld_m * 100 - static_cast<double>(tile.y) * width;
        units_per_cm_ = kExtent / width;
    }
    TilePoint units(MercatorPoint p) const {
        return {nearest((p.x - origin_x_) * units_per_cm_), nearest((origin_y_ - p.y) * units_per_cm_)};
    }
    const geo::MercatorBox box;
    const float tolerance;

private:
    // Halves go up, in every tile alike. What is drawn lies near the tile: moved far above zero, cutting off is
    // rounding down, without a call.
    static std::int32_t nearest(double unit) {
        constexpr double kFar = 1 << 20;
        return static_cast<std::int32_t>(static_cast<std::int64_t>(unit + (kFar + 0.5))) - (1 << 20);
    }
    double origin_x_, origin_y_, units_per_cm_;
};

// Reused between features, so that a tile of thousands allocates a handful of times.
struct Scratch {
    std::vector<MercatorPoint> simplified;
    geo::GridParts clipped;
    std::vector<TilePoint> units;
};

bool inside(const geo::MercatorBox& inner, const geo::MercatorBox& outer) {
    return inner.min_x >= outer.min_x && inner.min_y >= outer.min_y && inner.max_x <= outer.max_x &&
           inner.max_y <= outer.max_y;
}

void quantise(std::span<const MercatorPoint> points, const Grid& grid, std::vector<TilePoint>& out) {
    out.resize(points.size());
    std::size_t kept = 0;
    for (const auto p : points) {
        const TilePoint unit = grid.units(p);
        if (kept == 0 || !(out[kept - 1] == unit)) out[kept++] = unit;
    }
    out.resize(kept);
}

// The part's vertices that this zoom needs; the part itself when none can go.
std::span<const MercatorPoint> simplify(std::span<const MercatorPoint> part, std::span<const float> importance,
                                        float tolerance, std::vector<MercatorPoint>& out) {
    if (importance.empty()) return part;
    if (out.size() < part.size()) out.resize(part.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < part.size(); ++i) { // no branch: which vertices stay can't be foretold
        out[kept] = part[i];
        kept += importance[i] >= tolerance;
    }
    return {out.data(), kept};
}

template <typename Fn>
void each_part(const index::Segment& segment, index::Row row, std::size_t first, std::size_t last, Fn&& fn) {
    const auto vertices = segment.vertices(row);
    const auto importance = segment.importance(row);
    const auto ends = segment.part_ends(row);
    for (std::size_t part = first; part < last; ++part) {
        const std::size_t begin = part > 0 ? ends[part - 1] : 0;
        const std::size_t length = ends[part] - begin;
        fn(vertices.subspan(begin, length), importance.empty() ? importance : importance.subspan(begin, length));
    }
}

bool draw_lines(encode::TileLayer& out, const index::Segment& segment, index::Row row, const Grid& grid, Scratch& s) {
    bool drawn = false;
    const bool whole = inside(segment.box(row), grid.box);
    const auto draw = [&](std::span<const MercatorPoint> piece) {
        quantise(piece, grid, s.units);
        if (s.units.size() < 2) return;
        out.line(s.units);
        drawn = true;
    };
    each_part(segment, row, 0, segment.part_ends(row).size(), [&](auto part, auto importance) {
        const auto line = simplify(part, importance, grid.tolerance, s.simplified);
        if (whole) return draw(line);
        s.clipped.clear();
        geo::clip_line(line, grid.box, s.clipped);
        std::size_t begin = 0;
        for (const std::size_t end : s.clipped.part_ends) {
            draw({s.clipped.points.data() + begin, end - begin});
            begin = end;
        }
    });
    return drawn;
}

// A polygon on the tile's grid with y up, so that the usual predicates and repair apply. Collapsed rings are left out.
geo::Geometry polygon_units(const index::Segment& segment, index::Row row, std::size_t first, std::size_t last,
                            const Grid& grid, Scratch& s) {
    std::vector<std::vector<geo::Point>> rings;
    bool no_outer = false;
    const bool whole = inside(segment.box(row), grid.box);
    each_part(segment, row, first, last, [&](auto part, auto importance) {
        if (no_outer) return;
        const bool outer = rings.empty();
        auto ring = simplify(part, importance, grid.tolerance, s.simplified);
        if (!whole) {
            s.clipped.clear();
            if (!geo::clip_ring(ring, grid.box, s.clipped)) {
                no_outer = outer;
                return;
            }
            ring = s.clipped.points;
        }
        quantise(ring, grid, s.units);
        if (s.units.size() < 4) {
            no_outer = outer;
            return;
        }
        auto& points = rings.emplace_back();
        for (const auto p : s.units) points.push_back({static_cast<double>(p.x), static_cast<double>(-p.y)});
    });
    if (rings.empty()) return {};
    geo::Geometry polygon = geo::make_polygon(std::move(rings));
    if (geo::invalid_reason(polygon)) polygon = geo::make_valid(polygon);
    geo::orient_rings(polygon);
    return polygon;
}

// Repair may put vertices between grid points; rounding those can only merge, and a ring that is gone then is dropped.
bool draw_rings(encode::TileLayer& out, const geo::Geometry& polygon, Scratch& s) {
    bool drawn = false;
    std::size_t begin = 0;
    std::size_t ring = 0;
    bool outer_gone = false;
    std::size_t polygon_number = 0;
    for (const std::size_t end : polygon.part_ends) {
        const bool outer = ring == (polygon_number > 0 ? polygon.polygon_ends[polygon_number - 1] : 0);
        s.units.clear();
        // Backwards: counter-clockwise with y up has to become positive area with y down.
        for (std::size_t i = end - 1; i-- > begin;) {
            const TilePoint p{static_cast<std::int32_t>(std::lround(polygon.points[i].x)),
                              static_cast<std::int32_t>(-std::lround(polygon.points[i].y))};
            if (s.units.empty() || !(s.units.back() == p)) s.units.push_back(p);
        }
        while (s.units.size() > 1 && s.units.back() == s.units.front()) s.units.pop_back();
        std::int64_t area = 0;
        for (std::size_t i = 0; i < s.units.size(); ++i) {
            const auto a = s.units[i], b = s.units[(i + 1) % s.units.size()];
            area += std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y;
        }
        const bool good = s.units.size() >= 3 && (outer ? area > 0 : area < 0);
        if (outer) outer_gone = !good;
        if (good && !outer_gone) {
            out.ring(s.units);
            drawn = true;
        }
        begin = end;
        ++ring;
        if (polygon_number < polygon.polygon_ends.size() && ring == polygon.polygon_ends[polygon_number])
            ++polygon_number;
    }
    return drawn;
}

bool draw_polygons(encode::TileLayer& out, const index::Segment& segment, index::Row row, const Grid& grid,
                   Scratch& s) {
    bool drawn = false;
    std::size_t first = 0;
    for (const std::size_t last : segment.polygon_ends(row)) {
        const auto polygon = polygon_units(segment, row, first, last, grid, s);
        if (!polygon.empty()) drawn |= draw_rings(out, polygon, s);
        first = last;
    }
    return drawn;
}

bool draw_multi_point(encode::TileLayer& out, const index::Segment& segment, index::Row row, const Grid& grid,
                      Scratch& s) {
    s.units.clear();
    for (const auto p : segment.vertices(row)) {
        if (p.x < grid.box.min_x || p.x > grid.box.max_x || p.y < grid.box.min_y || p.y > grid.box.max_y) continue;
        s.units.push_back(grid.units(p));
    }
    if (s.units.empty()) return false;
    out.points(s.units);
    return true;
}

} // namespace

void draw_shapes(encode::TileLayer& out, std::vector<ShapeHit>& hits, geo::TileId tile, const LayerSource& source,
                 std::optional<geo::Instant> state_at, std::size_t budget_bytes, LayerStatistics& statistics,
                 const std::stop_token& stop) {
    using geo::GeometryType;
    const Layer& layer = *source.view->layer;
    const Grid grid{tile};
    const auto fields = tile_fields(layer, source.visible, source.properties);
    if (budget_bytes > 0) {
        std::ranges::sort(hits, [](const ShapeHit& a, const ShapeHit& b) {
            if (a.size_units != b.size_units) return a.size_units > b.size_units;
            return a.piece->segment->id(a.row) < b.piece->segment->id(b.row);
        });
    }
    std::map<const index::Segment*, TagWriter> writers;
    const index::Segment* last_segment = nullptr;
    TagWriter* writer = nullptr;
    Scratch scratch;
    // The dictionary entries of the feature that is one too many stay: room for them.
    constexpr std::size_t kLastEntries = 512;
    const std::size_t limit = budget_bytes > 2 * kLastEntries ? budget_bytes - kLastEntries : budget_bytes;
    bool full = false;
    std::size_t done = 0;
    for (const auto& hit : hits) {
        if ((++done & 255) == 0 && stop.stop_requested())
            throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
        if (full) {
            ++statistics.dropped;
            continue;
        }
        const index::Segment& segment = *hit.piece->segment;
        const GeometryType type = segment.type(hit.row);
        const bool area = type == GeometryType::polygon || type == GeometryType::multi_polygon;
        const bool points = type == GeometryType::multi_point;
        out.begin(area     ? encode::MvtGeometry::polygon
                  : points ? encode::MvtGeometry::point
                           : encode::MvtGeometry::line_string);
        const bool drawn = area     ? draw_polygons(out, segment, hit.row, grid, scratch)
                           : points ? draw_multi_point(out, segment, hit.row, grid, scratch)
                                    : draw_lines(out, segment, hit.row, grid, scratch);
        if (!drawn) {
            ++statistics.dropped;
            continue;
        }
        if (&segment != last_segment) {
            writer = &writers.try_emplace(&segment, out, segment, layer, fields, state_at).first->second;
            last_segment = &segment;
        }
        writer->write(hit.row);
        full = budget_bytes > 0 && out.size() + out.pending() > limit;
        if (full)
            ++statistics.dropped; // and every smaller one
        else
            out.commit();
    }
}

} // namespace layers::tiles
