#include "layers/index/read_model.hpp"

#include <algorithm>
#include <queue>

namespace layers::index {

void DeadMarks::mark(Row row, store::Seq seq) {
    if (!marks_) marks_ = std::make_unique<std::atomic<store::Seq>[]>(rows_);
    marks_[row].store(seq, std::memory_order_release);
    count_.fetch_add(1, std::memory_order_acq_rel);
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
    // The newest first: what is asked for most was just written.
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        const auto row = piece->segment->find(id);
        if (row && piece->dead->visible(*row, seq)) return Found{&*piece, *row};
    }
    return {};
}

void View::each(const std::optional<geo::MercatorBox>& box, const query::ExpressionPtr& filter,
                const TimeWindow& window, const std::function<void(const Piece&, Row)>& fn) const {
    for (const auto& piece : pieces) {
        if (box && !piece.segment->extent().intersects(*box)) continue;
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
    static const auto never = std::make_shared<const TouchedTiles>(); // nothing of the past is edited
    view->touched = never;
    return view;
}

} // namespace layers::index
