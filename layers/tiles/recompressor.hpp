// Makes the compressed forms of kept tiles smaller when there is time: the first who asks gets a quick form, those
// after them a tight one. Knows tiles only.
#pragma once

#include "layers/tiles/tile_cache.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace layers::tiles {

// One thread below all others in priority. Thread-safe.
class Recompressor {
public:
    Recompressor();
    ~Recompressor();
    // Some time later, if the tile is still kept then; the oldest wishes are dropped when there are too many.
    void want(const TilePtr& tile, geo::wrap::Coding coding);
    bool idle() const; // nothing left to do

private:
    struct Wish {
        std::weak_ptr<const Tile> tile;
        geo::wrap::Coding coding;
    };
    static constexpr std::size_t kMostWishes = 512;
    void work(const std::stop_token& stop);

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Wish> wishes_;
    bool busy_ = false;
    std::jthread thread_; // last: runs once everything else is there
};

} // namespace layers::tiles
