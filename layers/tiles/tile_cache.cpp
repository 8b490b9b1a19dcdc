#include "layers/tiles/tile_cache.hpp"

#include "geo/error.hpp"
#include "geo/wrap/fingerprint.hpp"

namespace layers::tiles {

namespace {

// On the way out speed counts: a hundred megabytes a second and more. What is kept is made once more, as small as it
// gets without taking milliseconds a tile (README, figures).
struct Levels {
    int quick;
    int tight;
};
Levels levels_of(geo::wrap::Coding coding) {
    switch (coding) {
    case geo::wrap::Coding::gzip:
        return {1, 9};
    case geo::wrap::Coding::brotli:
        return {1, 7};
    case geo::wrap::Coding::zstd:
        return {1, 15};
    }
    return {1, 1};
}

// Room for the compressed forms, which come after the tile was counted: about half of it in each.
std::size_t charged(const Tile& tile) {
    return tile.bytes()->size() * 2 + 512;
}

} // namespace

Tile::Tile(BuiltTile built)
    : bytes_{std::make_shared<const std::string>(std::move(built.mvt))},
      statistics_{std::move(built.statistics)}, etag_{geo::wrap::fingerprint(*bytes_)} {}

Tile::Compressed Tile::compressed(geo::wrap::Coding coding) const {
    const std::lock_guard lock{mutex_};
    auto& kept = compressed_[static_cast<std::size_t>(coding)];
    if (kept) return {kept, false};
    kept = std::make_shared<const std::string>(geo::wrap::compress(coding, *bytes_, levels_of(coding).quick));
    return {kept, true};
}

void Tile::tighten(geo::wrap::Coding coding) const {
    auto tight = std::make_shared<const std::string>(geo::wrap::compress(coding, *bytes_, levels_of(coding).tight));
    {
        const std::lock_guard lock{mutex_};
        auto& kept = compressed_[static_cast<std::size_t>(coding)];
        if (kept && kept->size() <= tight->size()) return;
        kept = std::move(tight);
    }
    revision_.fetch_add(1, std::memory_order_acq_rel);
}

TilePtr TileCache::get(const std::string& key, bool keep, const std::function<TilePtr()>& build) {
    for (;;) {
        std::promise<TilePtr> promise;
        std::shared_future<TilePtr> other;
        {
            const std::lock_guard lock{mutex_};
            if (const auto it = by_key_.find(key); it != by_key_.end()) {
                entries_.splice(entries_.begin(), entries_, it->second);
                return it->second->tile;
            }
            if (const auto it = building_.find(key); it != building_.end())
                other = it->second;
            else
                building_.emplace(key, promise.get_future().share());
        }
        if (other.valid()) {
            try {
                return other.get();
            } catch (const geo::Error& e) {
                if (e.code == geo::ErrorCode::cancelled) continue; // its client left, ours did not: our turn
                throw;
            }
        }
        try {
            TilePtr tile = build();
            {
                const std::lock_guard lock{mutex_};
                building_.erase(key);
                if (keep) insert(key, tile);
            }
            promise.set_value(tile);
            return tile;
        } catch (...) {
            {
                const std::lock_guard lock{mutex_};
                building_.erase(key);
            }
            promise.set_exception(std::current_exception());
            throw;
        }
    }
}

void TileCache::insert(const std::string& key, TilePtr tile) {
    const std::size_t size = charged(*tile) + key.size();
    if (size > limit_bytes_ || by_key_.contains(key)) return;
    entries_.push_front({key, std::move(tile), size});
    by_key_.emplace(key, entries_.begin());
    bytes_ += size;
    while (bytes_ > limit_bytes_) {
        bytes_ -= entries_.back().bytes;
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
}

std::size_t TileCache::bytes() const {
    const std::lock_guard lock{mutex_};
    return bytes_;
}

std::size_t TileCache::count() const {
    const std::lock_guard lock{mutex_};
    return entries_.size();
}

} // namespace layers::tiles
