#include "layers/index/touched_tiles.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace layers::index {

namespace {

constexpr std::size_t first_of_zoom(int z) {
    return ((std::size_t{1} << (2 * z)) - 1) / 3;
}

std::size_t place_of(int z, std::int64_t x, std::int64_t y) {
    return first_of_zoom(z) + static_cast<std::size_t>(y * (std::int64_t{1} << z) + x);
}

std::uint64_t key_of(std::int64_t x, std::int64_t y) {
    return static_cast<std::uint64_t>(y) << 32 | static_cast<std::uint64_t>(x);
}

constexpr double kWorld_cm = 2 * geo::kMercatorHalfWorld_m * 100;

// A tile shows what lies up to this part of its width beyond its edge (layers/tiles draws 64 of 4096 units).
constexpr double kBuffer = 64.0 / 4096.0;

struct Cells { // closed ranges of columns and rows
    std::int64_t x0, x1, y0, y1;
    std::int64_t count() const { return (x1 - x0 + 1) * (y1 - y0 + 1); }
};

// The tiles of zoom z whose ground, buffer included, meets the box (Web Mercator, cm).
Cells cells_of(const geo::MercatorBox& box, int z) {
    const std::int64_t side = std::int64_t{1} << z;
    const double cell = kWorld_cm / static_cast<double>(side);
    const double margin = cell * kBuffer + 2; // and rounding
    const auto index = [&](double from_edge_cm) {
        return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(from_edge_cm / cell)), 0, side - 1);
    };
    constexpr double kHalf_cm = kWorld_cm / 2;
    return {index(box.min_x + kHalf_cm - margin), index(box.max_x + kHalf_cm + margin),
            index(kHalf_cm - box.max_y - margin), index(kHalf_cm - box.min_y + margin)};
}

} // namespace

TouchedTiles::TouchedTiles() : dense_(first_of_zoom(kDense + 1)), below_dense_(std::size_t{1} << (2 * kDense)) {}

void TouchedTiles::touch(const geo::Box& box, store::Seq seq) {
    if (box.empty()) return;
    mark(box, seq, true);
    touches_.fetch_add(1, std::memory_order_acq_rel);
}

void TouchedTiles::touch(const std::vector<const store::Store::Applied*>& items) {
    constexpr std::size_t kImport = 200; // rows of a commit
    for (const auto* item : items)
        for (const auto* box : {&item->change.old_box, &item->change.new_box})
            if (!box->empty()) mark(*box, item->change.seq, items.size() <= kImport);
    touches_.fetch_add(1, std::memory_order_acq_rel);
}

void TouchedTiles::mark(const geo::Box& lon_lat, store::Seq seq, bool exactly) {
    geo::MercatorBox box;
    const auto corner = [](double lon, double lat) {
        return geo::to_mercator({std::clamp(lon, -180.0, 180.0), std::clamp(lat, -90.0, 90.0)});
    };
    box.add(corner(lon_lat.min_x, lon_lat.min_y));
    if (lon_lat.min_x != lon_lat.max_x || lon_lat.min_y != lon_lat.max_y) box.add(corner(lon_lat.max_x, lon_lat.max_y));
    Cells before{};
    for (int z = 0; z <= kDense; ++z) {
        before = cells_of(box, z);
        for (auto y = before.y0; y <= before.y1; ++y)
            for (auto x = before.x0; x <= before.x1; ++x)
                dense_[place_of(z, x, y)].store(seq, std::memory_order_release);
    }
    if (!exactly) {
        for (auto y = before.y0; y <= before.y1; ++y)
            for (auto x = before.x0; x <= before.x1; ++x)
                below_dense_[static_cast<std::size_t>(y * (std::int64_t{1} << kDense) + x)].store(seq);
        return;
    }
    const std::lock_guard lock{mutex_};
    for (int z = kDense + 1; z <= kDeepest; ++z) {
        const auto cells = cells_of(box, z);
        if (cells.count() > kMostCells) {
            for (auto y = before.y0; y <= before.y1; ++y) {
                for (auto x = before.x0; x <= before.x1; ++x) {
                    if (z - 1 == kDense)
                        below_dense_[static_cast<std::size_t>(y * (std::int64_t{1} << kDense) + x)].store(seq);
                    else
                        deep_[static_cast<std::size_t>(z - 1 - kDense - 1)][key_of(x, y)].below = seq;
                }
            }
            return;
        }
        auto& table = deep_[static_cast<std::size_t>(z - kDense - 1)];
        for (auto y = cells.y0; y <= cells.y1; ++y)
            for (auto x = cells.x0; x <= cells.x1; ++x) table[key_of(x, y)].itself = seq;
        before = cells;
    }
    if (deep_.back().size() < kMostKept) return;
    for (auto& table : deep_) table.clear();
    all_.store(seq, std::memory_order_release);
}

void TouchedTiles::touch_all(store::Seq seq) {
    all_.store(seq, std::memory_order_release);
    touches_.fetch_add(1, std::memory_order_acq_rel);
}

store::Seq TouchedTiles::last(geo::TileId tile) const {
    const store::Seq all = all_.load(std::memory_order_acquire);
    if (tile.z <= kDense) return std::max(all, dense_[place_of(tile.z, tile.x, tile.y)].load());
    if (tile.z > kDeepest) tile = {kDeepest, tile.x >> (tile.z - kDeepest), tile.y >> (tile.z - kDeepest)};
    const int up = tile.z - kDense;
    auto latest = std::max(
        all,
        below_dense_[static_cast<std::size_t>((tile.y >> up) * (std::int64_t{1} << kDense) + (tile.x >> up))].load());
    const std::shared_lock lock{mutex_};
    for (int z = kDense + 1; z <= tile.z; ++z) {
        const auto& table = deep_[static_cast<std::size_t>(z - kDense - 1)];
        const auto at = table.find(key_of(tile.x >> (tile.z - z), tile.y >> (tile.z - z)));
        if (at == table.end()) continue;
        latest = std::max({latest, at->second.below, z == tile.z ? at->second.itself : 0});
    }
    // A clearing between the first look and the tables: the later number holds.
    return std::max(latest, all_.load(std::memory_order_acquire));
}

} // namespace layers::index
