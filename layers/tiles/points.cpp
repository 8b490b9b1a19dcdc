#include "layers/tiles/points.hpp"

#include "layers/tiles/properties.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace layers::tiles {

namespace {

constexpr int kExtentBits = 12;
static_assert(kExtent == 1 << kExtentBits);

// Finest and coarsest grid: cells of 8 units (a pixel of a tile drawn at 512) to the whole tile.
constexpr int kFinestShift = 3;
constexpr std::size_t kClusterBytes =
    48;                                 // tags, geometry and its share of values, measured on tiles of a million points
constexpr std::size_t kPointBytes = 32; // of a single point, beside its id

struct Cluster {
    std::int64_t count = 0;
    std::int64_t sum_x = 0, sum_y = 0;
    std::uint32_t worst = 0; // position in the enumeration + 1
    std::int64_t newest = index::kNullInteger;
    const PointHit* only = nullptr;
};

std::uint32_t cell_of(encode::TilePoint p, int shift) {
    const int bits = kExtentBits - shift;
    return (static_cast<std::uint32_t>(p.y >> shift) << bits) | static_cast<std::uint32_t>(p.x >> shift);
}

// What a dictionary entry means, found once an entry and not once a row.
class CodeMeaning {
public:
    // `meaning(text)` below 255.
    template <typename Meaning>
    std::uint32_t of(const index::Column& column, index::Row row, Meaning&& meaning) {
        const std::uint32_t code = column.codes[row];
        if (code == index::kNullCode) return 0;
        if (known_.empty()) known_.assign(column.dictionary_size() + 1, kUnknown);
        if (known_[code] == kUnknown) known_[code] = static_cast<std::uint8_t>(meaning(column.entry(code)));
        return known_[code];
    }

private:
    static constexpr std::uint8_t kUnknown = 255;
    std::vector<std::uint8_t> known_;
};

// Reads the fields that a cluster sums up, and what may never be merged.
class Facts {
public:
    Facts(const Layer& layer, const std::vector<bool>& visible) : layer_{layer} {
        const auto seen = [&](const char* name) -> std::optional<std::size_t> {
            const auto ordinal = layer.find(name);
            return ordinal && visible[*ordinal] ? ordinal : std::nullopt;
        };
        impact_ = seen("impact");
        kind_ = seen("kind");
        phase_ = seen("sar_phase");
        time_ = visible[common::valid_from];
    }

    bool distress(const PointHit& hit) {
        Meanings& meanings = meanings_of(hit);
        return is_distress(hit, kind_, meanings.kind) || is_distress(hit, phase_, meanings.phase);
    }
    std::uint32_t impact(const PointHit& hit) {
        const auto* column = coded(hit, impact_);
        if (!column) return 0;
        const auto& values = layer_.fields[*impact_].values;
        return meanings_of(hit).impact.of(*column, hit.row, [&](std::string_view text) -> std::size_t {
            const auto it = std::ranges::find(values, text);
            return it == values.end() ? 0 : static_cast<std::size_t>(it - values.begin()) + 1;
        });
    }
    std::int64_t time(const PointHit& hit) const {
        return time_ ? hit.piece->segment->column(common::valid_from).integers[hit.row] : index::kNullInteger;
    }
    const std::string& impact_name(std::uint32_t worst) const { return layer_.fields[*impact_].values[worst - 1]; }

private:
    struct Meanings { // of one segment's dictionaries
        CodeMeaning impact, kind, phase;
    };
    Meanings& meanings_of(const PointHit& hit) {
        if (hit.piece != piece_) { // hits of a segment come one after the other
            piece_ = hit.piece;
            meanings_ = &by_piece_[piece_];
        }
        return *meanings_;
    }
    static const index::Column* coded(const PointHit& hit, const std::optional<std::size_t>& field) {
        if (!field) return nullptr;
        const auto& column = hit.piece->segment->column(*field);
        return column.coded() ? &column : nullptr;
    }
    static bool is_distress(const PointHit& hit, const std::optional<std::size_t>& field, CodeMeaning& meaning) {
        const auto* column = coded(hit, field);
        return column && meaning.of(*column, hit.row, [](std::string_view text) { return text == "distress"; }) == 1;
    }
    const Layer& layer_;
    std::optional<std::size_t> impact_, kind_, phase_;
    bool time_ = true;
    std::map<const index::Piece*, Meanings> by_piece_;
    const index::Piece* piece_ = nullptr;
    Meanings* meanings_ = nullptr;
};

class Drawer {
public:
    Drawer(encode::TileLayer& out, const LayerSource& source, std::optional<geo::Instant> state_at)
        : out_{out}, layer_{*source.view->layer}, fields_{tile_fields(layer_, source.visible, source.properties)},
          state_at_{state_at} {}

    void draw(const PointHit& hit) {
        const index::Segment* segment = hit.piece->segment.get();
        if (segment != segment_) { // hits of a segment come one after the other, unless they were sorted
            writer_ = &writers_.try_emplace(segment, out_, *segment, layer_, fields_, state_at_).first->second;
            segment_ = segment;
        }
        out_.begin(encode::MvtGeometry::point);
        writer_->write(hit.row);
        const auto at = hit.at();
        out_.points({&at, 1});
        out_.commit();
    }

private:
    encode::TileLayer& out_;
    const Layer& layer_;
    std::vector<std::size_t> fields_;
    std::optional<geo::Instant> state_at_;
    std::map<const index::Segment*, TagWriter> writers_;
    const index::Segment* segment_ = nullptr;
    TagWriter* writer_ = nullptr;
};

void draw_cluster(encode::TileLayer& out, const Cluster& cluster, const Facts& facts) {
    const encode::TilePoint at{static_cast<std::int32_t>(cluster.sum_x / cluster.count),
                               static_cast<std::int32_t>(cluster.sum_y / cluster.count)};
    out.begin(encode::MvtGeometry::point);
    out.tag(out.key("clustered"), out.boolean(true));
    out.tag(out.key("count"), out.integer(cluster.count));
    if (cluster.worst > 0) out.tag(out.key("impact"), out.text(facts.impact_name(cluster.worst)));
    if (cluster.newest != index::kNullInteger)
        out.tag(out.key("valid_from"), out.text(geo::to_rfc3339({cluster.newest})));
    out.points({&at, 1});
    out.commit();
}

// Size of one feature as encoded, from a sample: the budget needs an estimate, not a promise.
std::size_t bytes_each(const std::vector<PointHit>& hits, const LayerSource& source,
                       std::optional<geo::Instant> state_at) {
    constexpr std::size_t kSample = 256;
    encode::TileLayer sample{"sample"};
    Drawer drawer{sample, source, state_at};
    const std::size_t step = std::max<std::size_t>(1, hits.size() / kSample);
    std::size_t drawn = 0;
    for (std::size_t i = 0; i < hits.size(); i += step, ++drawn) drawer.draw(hits[i]);
    return sample.size() / std::max<std::size_t>(1, drawn) + 1;
}

// The finest grid on which singles and clusters fit: the hits are counted once on the finest, "none", "one" or "more"
// in each cell, then four cells at a time make one of the next.
int grid_that_fits(const std::vector<PointHit>& hits, std::size_t each, std::size_t budget) {
    constexpr std::uint8_t kMore = 2;
    std::vector<std::uint8_t> cells(std::size_t{1} << (2 * (kExtentBits - kFinestShift)));
    for (const auto& hit : hits) {
        std::uint8_t& count = cells[cell_of(hit.at(), kFinestShift)];
        count = static_cast<std::uint8_t>(count + (count < kMore));
    }
    for (int shift = kFinestShift; shift < kExtentBits; ++shift) {
        const auto clusters = static_cast<std::size_t>(std::ranges::count(cells, kMore));
        const auto singles = static_cast<std::size_t>(std::ranges::count(cells, 1));
        if (singles * each + clusters * kClusterBytes <= budget) return shift;
        const std::size_t side = std::size_t{1} << (kExtentBits - shift), half = side / 2;
        for (std::size_t y = 0; y < half; ++y) {
            const std::uint8_t* above = &cells[2 * y * side];
            for (std::size_t x = 0; x < half; ++x) { // read before it is written over
                const int sum = above[2 * x] + above[2 * x + 1] + above[side + 2 * x] + above[side + 2 * x + 1];
                cells[y * half + x] = static_cast<std::uint8_t>(std::min<int>(sum, kMore));
            }
        }
        cells.resize(half * half);
    }
    return kExtentBits;
}

void draw_clustered(encode::TileLayer& out, Drawer& drawer, const std::vector<PointHit>& hits, int shift, Facts& facts,
                    LayerStatistics& statistics) {
    std::vector<Cluster> cells(std::size_t{1} << (2 * (kExtentBits - shift)));
    for (const auto& hit : hits) {
        Cluster& cluster = cells[cell_of(hit.at(), shift)];
        ++cluster.count;
        cluster.sum_x += hit.x;
        cluster.sum_y += hit.y;
        cluster.worst = std::max(cluster.worst, facts.impact(hit));
        cluster.newest = std::max(cluster.newest, facts.time(hit));
        cluster.only = &hit;
    }
    for (const auto& cluster : cells) {
        if (cluster.count == 0) continue;
        if (cluster.count == 1) {
            drawer.draw(*cluster.only);
            continue;
        }
        draw_cluster(out, cluster, facts);
        statistics.clustered += cluster.count;
    }
}

} // namespace

Placed place(geo::MercatorPoint p, int z) {
    constexpr double kHalf_cm = geo::kMercatorHalfWorld_m * 100;
    const double units = std::ldexp(1.0, z + kExtentBits);
    const std::int64_t last = (std::int64_t{1} << (z + kExtentBits)) - 1;
    const auto grid = [&](double offset_cm) {
        // Cut off, which rounds down what is not negative; what is, lies off the map and goes to its edge.
        const auto unit = static_cast<std::int64_t>(offset_cm / (2 * kHalf_cm) * units);
        return std::clamp<std::int64_t>(unit, 0, last);
    };
    const std::int64_t x = grid(p.x + kHalf_cm);
    const std::int64_t y = grid(kHalf_cm - p.y);
    return {x >> kExtentBits,
            y >> kExtentBits,
            {static_cast<std::int32_t>(x & (kExtent - 1)), static_cast<std::int32_t>(y & (kExtent - 1))}};
}

void draw_points(encode::TileLayer& out, std::vector<PointHit>& hits, const LayerSource& source,
                 std::optional<geo::Instant> state_at, std::size_t budget_bytes, LayerStatistics& statistics) {
    if (hits.empty()) return;
    const auto id_of = [](const PointHit& hit) { return hit.piece->segment->id(hit.row); };
    const auto draw_all = [&](encode::TileLayer& on, std::span<const PointHit> some) {
        Drawer drawer{on, source, state_at};
        on.expect(some.size(), kPointBytes);
        for (const auto& hit : some) drawer.draw(hit);
    };
    if (budget_bytes == 0) return draw_all(out, hits); // their order is not promised
    const std::size_t limit = out.size() + budget_bytes;
    const std::size_t each = bytes_each(hits, source, state_at);
    // The size is known only when it is drawn: draw on a copy, and keep it when it fits.
    if (each * hits.size() <= budget_bytes) {
        std::ranges::sort(hits, {}, id_of); // the same rows give the same bytes however they are stored
        encode::TileLayer attempt = out;
        draw_all(attempt, hits);
        if (attempt.size() <= limit) {
            out = std::move(attempt);
            return;
        }
    }
    Facts facts{*source.view->layer, source.visible};
    const auto urgent = std::ranges::partition(hits, [&](const PointHit& hit) { return !facts.distress(hit); });
    std::ranges::sort(urgent, {}, id_of);
    draw_all(out, urgent);
    hits.erase(urgent.begin(), hits.end());
    for (int shift = grid_that_fits(hits, each, budget_bytes);; ++shift) {
        encode::TileLayer attempt = out;
        LayerStatistics counted = statistics;
        Drawer drawer{attempt, source, state_at};
        draw_clustered(attempt, drawer, hits, std::min(shift, kExtentBits), facts, counted);
        if (attempt.size() > limit && shift < kExtentBits) continue;
        out = std::move(attempt);
        statistics = counted;
        return;
    }
}

} // namespace layers::tiles
