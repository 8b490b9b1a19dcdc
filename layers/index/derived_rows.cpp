#include "layers/index/derived_rows.hpp"

namespace layers::index {

namespace {

constexpr std::size_t kMostPieces = 8;  // a search looks into each
constexpr std::size_t kMostExact = 200; // rows of one change whose tiles are marked one by one

Piece piece_of(std::shared_ptr<const Segment> segment) {
    auto dead = std::make_shared<DeadMarks>(segment->size());
    return {std::move(segment), std::move(dead)};
}

} // namespace

DerivedRows::DerivedRows(std::shared_ptr<const Layer> layer) : layer_{std::move(layer)} {
    stand(0);
}

void DerivedRows::take_away(const geo::Uuid& id, store::Seq seq, bool exactly) {
    for (const auto& piece : pieces_) {
        const auto row = piece.segment->find(id);
        if (!row || piece.dead->died(*row) != 0) continue;
        if (exactly) touched_->touch(piece.segment->geometry(*row).box(), seq);
        piece.dead->mark(*row, seq);
    }
}

void DerivedRows::apply(const std::vector<geo::Uuid>& gone, const std::vector<Record>& rows, store::Seq seq) {
    const bool exactly = gone.size() + rows.size() <= kMostExact;
    if (!exactly) touched_->touch_all(seq);
    for (const auto& id : gone) take_away(id, seq, exactly);
    for (const auto& row : rows) take_away(row.id, seq, exactly);
    if (!rows.empty()) {
        SegmentBuilder builder{*layer_};
        for (const auto& row : rows) {
            builder.add(row);
            if (exactly) touched_->touch(row.geometry.box(), seq);
        }
        pieces_.push_back(piece_of(builder.finish()));
        if (pieces_.size() > kMostPieces) merge();
    }
    stand(seq);
}

void DerivedRows::replace_all(std::shared_ptr<const Segment> segment, store::Seq seq) {
    touched_->touch_all(seq);
    pieces_.clear();
    if (segment->size() > 0) pieces_.push_back(piece_of(std::move(segment)));
    stand(seq);
}

// The small ones into one; with the first, when they have become as big. Dead rows are left behind: views that still
// show them hold the old pieces.
void DerivedRows::merge() {
    Row later = 0;
    for (std::size_t i = 1; i < pieces_.size(); ++i) later += pieces_[i].segment->size();
    const std::size_t kept = later < pieces_[0].segment->size() ? 1 : 0;
    SegmentBuilder builder{*layer_};
    for (std::size_t i = kept; i < pieces_.size(); ++i)
        for (Row row = 0; row < pieces_[i].segment->size(); ++row)
            if (pieces_[i].dead->died(row) == 0) builder.add(*pieces_[i].segment, row);
    pieces_.resize(kept);
    if (builder.size() > 0) pieces_.push_back(piece_of(builder.finish()));
}

void DerivedRows::stand(store::Seq seq) {
    auto next = std::make_shared<View>();
    next->layer = layer_;
    next->seq = seq;
    next->pieces = pieces_;
    next->touched = touched_;
    view_ = std::move(next);
}

} // namespace layers::index
