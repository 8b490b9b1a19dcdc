// When each tile of a layer last changed: what a tile's cache key holds, so that a commit drops the tiles that its old
// and new boxes meet and no other. Knows boxes and seqs only.
#pragma once

#include "geo/geometry.hpp"
#include "geo/tile.hpp"
#include "layers/store/store.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace layers::index {

// Exact down to kDeepest; a tile below counts as touched with its ancestor there. A box over more than kMostCells tiles
// of a zoom touches all that lies below its tiles of the zoom before. Thread-safe; last() never says less than the
// truth.
class TouchedTiles {
public:
    static constexpr int kDense = 8; // an array down to here, a table of what was touched below
    static constexpr int kDeepest = 14;
    static constexpr std::int64_t kMostCells = 64;
    static constexpr std::size_t kMostKept = 400'000; // cells in the table; then all of the layer counts as touched

    TouchedTiles();
    void touch(const geo::Box& lon_lat, store::Seq seq); // grown by a tile's buffer; nothing for an empty box
    // Of one commit. Exact only down to kDense where it is an import: nobody edits so many rows by hand.
    void touch(const std::vector<const store::Store::Applied*>& items);
    void touch_all(store::Seq seq);
    store::Seq last(geo::TileId tile) const;
    // Changes with every touch: as long as it stays, so does last() of every tile.
    std::uint64_t latest() const { return touches_.load(std::memory_order_acquire); }

private:
    void mark(const geo::Box& lon_lat, store::Seq seq, bool exactly);
    struct Deep {
        store::Seq itself = 0;
        store::Seq below = 0; // its whole ground, to the bottom
    };
    std::vector<std::atomic<store::Seq>> dense_;       // all zooms, one after the other
    std::vector<std::atomic<store::Seq>> below_dense_; // of kDense: as Deep::below
    std::atomic<store::Seq> all_{0};
    std::atomic<std::uint64_t> touches_{0}; // counted when the touch is complete
    mutable std::shared_mutex mutex_;
    std::array<std::unordered_map<std::uint64_t, Deep>, kDeepest - kDense> deep_;
};

} // namespace layers::index
