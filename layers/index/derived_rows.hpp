// The rows of a derived layer for one group of callers: replaced a few at a time, read as Views like any layer's.
#pragma once

#include "layers/index/read_model.hpp"

#include <memory>
#include <vector>

namespace layers::index {

// One thread at a time changes it; the views it gave never change.
class DerivedRows {
public:
    explicit DerivedRows(std::shared_ptr<const Layer> layer);
    // Takes the rows named `gone` away, then puts `rows` in place of those with their ids. `seq` grows with each call.
    void apply(const std::vector<geo::Uuid>& gone, const std::vector<Record>& rows, store::Seq seq);
    // All rows at once, in place of those there were: a million Records in one list would not fit.
    void replace_all(std::shared_ptr<const Segment> segment, store::Seq seq);
    // Nothing changed up to `seq`.
    void stand(store::Seq seq);
    std::shared_ptr<const View> view() const { return view_; }

private:
    void take_away(const geo::Uuid& id, store::Seq seq, bool exactly);
    void merge();

    std::shared_ptr<const Layer> layer_;
    std::shared_ptr<TouchedTiles> touched_ = std::make_shared<TouchedTiles>();
    std::vector<Piece> pieces_;
    std::shared_ptr<const View> view_;
};

} // namespace layers::index
