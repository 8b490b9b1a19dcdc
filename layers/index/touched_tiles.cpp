#include "layers/index/touched_tiles.hpp"

#include <algorithm>
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

// A tile shows what lies up to this part of its width beyond its edge (layers/tiles draws 64 of 4096 units).
constexpr double kBuffer = 64.0 / 4096.0;

struct Cells { // closed ranges of columns and rows
    std::int64_t x0, x1, y0, y1;
    std::int64_t count() const { return (x1 - x0 + 1) * (y1 - y0 + 1); }
};

// The tiles of zoom z whose ground, buffer included, meets the box.
Cells cells_of(geo::Point north_west, geo::Point south_east, int z) {
    const std::int64_t side = std::int64_t{1} << z;
    const auto low = geo::tile_at(north_west, z);
    const auto high = geo::tile_at(south_east, z);
    const auto width = geo::tile_box({z, 0, 0});
    const double margin =
        (static_cast<double>(width.max_x) - static_cast<double>(width.min_x)) * kBuffer + 2; // cm, and rounding
    // The corner's place inside its tile says whether the neighbour shows it too.
    const auto m = geo::to_mercator(north_west);
    const auto n = geo::to_mercator(south_east);
    const auto a = geo::tile_box(low);
    const auto b = geo::tile_box(high);
    const bool west = m.x - static_cast<double>(a.min_x) <= margin;
    const bool north = static_cast<double>(a.max_y) - m.y <= margin;
    const bool east = static_cast<double>(b.max_x) - n.x <= margin;
    const bool south = n.y - static_cast<double>(b.min_y) <= margin;
    return {std::max<std::int64_t>(0, low.x - west), std::min(side - 1, high.x + east),
            std::max<std::int64_t>(0, low.y - north), std::min(side - 1, high.y + south)};
}

} // namespace

TouchedTiles::TouchedTiles() : dense_(first_of_zoom(kDense + 1)), below_dense_(std::size_t{1} << (2 * kDense)) {}

void TouchedTiles::touch(const geo::Box& box, store::Seq seq) {
    if (box.empty()) return;
    mark(box, seq);
    touches_.fetch_add(1, std::memory_order_acq_rel);
}

void TouchedTiles::mark(const geo::Box& box, store::Seq seq) {
    const geo::Point north_west{std::clamp(box.min_x, -180.0, 180.0), std::clamp(box.max_y, -90.0, 90.0)};
    const geo::Point south_east{std::clamp(box.max_x, -180.0, 180.0), std::clamp(box.min_y, -90.0, 90.0)};
    Cells before{};
    for (int z = 0; z <= kDense; ++z) {
        before = cells_of(north_west, south_east, z);
        for (auto y = before.y0; y <= before.y1; ++y)
            for (auto x = before.x0; x <= before.x1; ++x)
                dense_[place_of(z, x, y)].store(seq, std::memory_order_release);
    }
    const std::lock_guard lock{mutex_};
    for (int z = kDense + 1; z <= kDeepest; ++z) {
        const auto cells = cells_of(north_west, south_east, z);
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
