#include "layers/index/read_model.hpp"

#include <algorithm>
#include <queue>

namespace layers::index {

DeadMarks::DeadMarks(Row rows) : marks_{std::make_unique<std::atomic<store::Seq>[]>(rows)} {}

void DeadMarks::mark(Row row, store::Seq seq) {
    marks_[row].store(seq, std::memory_order_release);
    count_.fetch_add(1, std::memory_order_acq_rel);
}

namespace {

constexpr std::size_t first_of_zoom(int z) {
    return ((std::size_t{1} << (2 * z)) - 1) / 3;
}

// A tile shows what lies up to this part of its width beyond its edge (layers/tiles draws 64 of 4096 units).
constexpr double kBuffer = 64.0 / 4096.0;

} // namespace

TouchedTiles::TouchedTiles() : seqs_(first_of_zoom(kZoom + 1)) {}

void TouchedTiles::touch(const geo::Box& box, store::Seq seq) {
    if (box.empty()) return;
    for (int z = 0; z <= kZoom; ++z) {
        const std::int64_t side = std::int64_t{1} << z;
        const auto low = geo::tile_at({std::clamp(box.min_x, -180.0, 180.0), std::clamp(box.max_y, -90.0, 90.0)}, z);
        const auto high = geo::tile_at({std::clamp(box.max_x, -180.0, 180.0), std::clamp(box.min_y, -90.0, 90.0)}, z);
        const auto width = geo::tile_box({z, 0, 0});
        const double cell = static_cast<double>(width.max_x) - static_cast<double>(width.min_x);
        // The corner's place inside its tile says whether the neighbour shows it too.
        const auto near = [&](geo::Point p, geo::TileId tile) {
            const auto m = geo::to_mercator(p);
            const auto b = geo::tile_box(tile);
            const double margin = cell * kBuffer + 2;
            return std::array<bool, 4>{
                m.x - static_cast<double>(b.min_x) <= margin, b.max_x - static_cast<double>(m.x) <= margin,
                b.max_y - static_cast<double>(m.y) <= margin, m.y - static_cast<double>(b.min_y) <= margin};
        };
        const auto at_low = near({std::clamp(box.min_x, -180.0, 180.0), std::clamp(box.max_y, -90.0, 90.0)}, low);
        const auto at_high = near({std::clamp(box.max_x, -180.0, 180.0), std::clamp(box.min_y, -90.0, 90.0)}, high);
        const std::int64_t x0 = std::max<std::int64_t>(0, low.x - at_low[0]);
        const std::int64_t x1 = std::min(side - 1, high.x + at_high[1]);
        const std::int64_t y0 = std::max<std::int64_t>(0, low.y - at_low[2]);
        const std::int64_t y1 = std::min(side - 1, high.y + at_high[3]);
        for (std::int64_t y = y0; y <= y1; ++y)
            for (std::int64_t x = x0; x <= x1; ++x)
                seqs_[first_of_zoom(z) + static_cast<std::size_t>(y * side + x)].store(seq, std::memory_order_release);
    }
}

void TouchedTiles::touch_all(store::Seq seq) {
    all_.store(seq, std::memory_order_release);
}

store::Seq TouchedTiles::last(geo::TileId tile) const {
    if (tile.z > kZoom) tile = {kZoom, tile.x >> (tile.z - kZoom), tile.y >> (tile.z - kZoom)};
    const std::int64_t side = std::int64_t{1} << tile.z;
    const auto own = seqs_[first_of_zoom(tile.z) + static_cast<std::size_t>(tile.y * side + tile.x)].load();
    return std::max(own, all_.load());
}

std::int64_t View::live_rows() const {
    std::int64_t rows = 0;
    for (const auto& piece : pieces) {
        rows += piece.segment->size();
        if (piece.dead->count() == 0) continue;
        for (Row row = 0; row < piece.segment->size(); ++row) rows -= !piece.dead->visible(row, seq);
    }
    return rows;
}

geo::MercatorBox View::extent() const {
    geo::MercatorBox box;
    for (const auto& piece : pieces) box.add(piece.segment->extent());
    return box;
}

std::optional<View::Found> View::find(const geo::Uuid& id) const {
    for (const auto& piece : pieces) {
        const auto row = piece.segment->find(id);
        if (row && piece.dead->visible(*row, seq)) return Found{&piece, *row};
    }
    return {};
}

void View::each(const std::optional<geo::MercatorBox>& box, const query::ExpressionPtr& filter,
                const TimeWindow& window, const std::function<void(const Piece&, Row)>& fn) const {
    for (const auto& piece : pieces) {
        const SegmentFilter passes{*piece.segment, *layer, filter, window};
        const auto visit = [&](Row row) {
            if (piece.dead->visible(row, seq) && passes(row)) fn(piece, row);
        };
        if (box) {
            piece.segment->search(*box, visit);
        } else {
            for (Row row = 0; row < piece.segment->size(); ++row) visit(row);
        }
    }
}

void View::each_by_id(const std::optional<geo::Uuid>& after, const query::ExpressionPtr& filter,
                      const TimeWindow& window, const std::function<bool(const Piece&, Row)>& fn) const {
    struct Cursor {
        const Piece* piece;
        std::size_t at;
        const geo::Uuid& id() const { return piece->segment->id(piece->segment->by_id()[at]); }
    };
    const auto later = [](const Cursor& a, const Cursor& b) { return b.id() < a.id(); };
    std::priority_queue<Cursor, std::vector<Cursor>, decltype(later)> queue{later};
    std::vector<SegmentFilter> filters;
    for (const auto& piece : pieces) {
        filters.emplace_back(*piece.segment, *layer, filter, window);
        std::size_t at = after ? piece.segment->lower_bound(*after) : 0;
        if (after && at < piece.segment->size() && piece.segment->id(piece.segment->by_id()[at]) == *after) ++at;
        if (at < piece.segment->size()) queue.push({&piece, at});
    }
    while (!queue.empty()) {
        Cursor cursor = queue.top();
        queue.pop();
        const Row row = cursor.piece->segment->by_id()[cursor.at];
        const auto number = static_cast<std::size_t>(cursor.piece - pieces.data());
        if (cursor.piece->dead->visible(row, seq) && filters[number](row) && !fn(*cursor.piece, row)) return;
        if (++cursor.at < cursor.piece->segment->size()) queue.push(cursor);
    }
}

Record to_record(const Segment& segment, Row row) {
    Record record;
    record.id = segment.id(row);
    record.version = segment.version(row);
    record.seq = segment.seq(row);
    record.geometry = segment.geometry(row);
    record.values.reserve(segment.column_count());
    for (std::size_t i = 0; i < segment.column_count(); ++i) record.values.push_back(segment.column(i).value(row));
    return record;
}

std::shared_ptr<const View> make_view(std::shared_ptr<const Layer> layer, const std::vector<Record>& rows,
                                      store::Seq seq) {
    SegmentBuilder builder{*layer};
    for (const auto& row : rows) builder.add(row);
    auto view = std::make_shared<View>();
    view->layer = layer;
    view->seq = seq;
    auto segment = builder.finish();
    auto dead = std::make_shared<DeadMarks>(segment->size());
    view->pieces.push_back({std::move(segment), std::move(dead)});
    view->touched = std::make_shared<TouchedTiles>();
    return view;
}

} // namespace layers::index
