// Built tiles in memory, the least recently used dropped first, bounded in bytes; the same tile asked for by several at
// once is built once. Errors are never kept, and whoever waits for a build gets an answer: the tile, the builder's
// error, or, when the builder gave up because its own client left, the turn to build. Thread-safe.
#pragma once

#include "geo/wrap/compress.hpp"
#include "layers/tiles/tile_builder.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace layers::tiles {

// A tile as it is sent: its bytes, and each compressed form, made quickly when it is first asked for and kept.
// Thread-safe.
class Tile {
public:
    Tile(BuiltTile built);
    const std::vector<LayerStatistics>& statistics() const { return statistics_; }
    const std::string& etag() const { return etag_; } // strong, over the uncompressed bytes, without the quotes
    std::shared_ptr<const std::string> bytes() const { return bytes_; }
    struct Compressed {
        std::shared_ptr<const std::string> bytes;
        bool fresh = false; // made by this call: a tighter one is worth the time if the tile is kept
    };
    Compressed compressed(geo::wrap::Coding coding) const;
    void tighten(geo::wrap::Coding coding) const; // replaces the quick form by the smallest that is worth it
    // Changes when a form was replaced: what was sent before is still right, only larger.
    std::uint32_t revision() const { return revision_.load(std::memory_order_acquire); }

private:
    std::shared_ptr<const std::string> bytes_;
    std::vector<LayerStatistics> statistics_;
    std::string etag_;
    mutable std::mutex mutex_;
    mutable std::array<std::shared_ptr<const std::string>, 3> compressed_;
    mutable std::atomic<std::uint32_t> revision_{0};
};

using TilePtr = std::shared_ptr<const Tile>;

class TileCache {
public:
    explicit TileCache(std::size_t limit_bytes) : limit_bytes_{limit_bytes} {}
    // `build` runs on the calling thread when the tile isn't there and nobody builds it. `keep` false: don't keep it.
    TilePtr get(const std::string& key, bool keep, const std::function<TilePtr()>& build);
    std::size_t bytes() const;
    std::size_t count() const;

private:
    struct Entry {
        std::string key;
        TilePtr tile;
        std::size_t bytes;
    };
    void insert(const std::string& key, TilePtr tile);

    const std::size_t limit_bytes_;
    mutable std::mutex mutex_;
    std::list<Entry> entries_; // most recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
    std::unordered_map<std::string, std::shared_future<TilePtr>> building_;
    std::size_t bytes_ = 0;
};

} // namespace layers::tiles
