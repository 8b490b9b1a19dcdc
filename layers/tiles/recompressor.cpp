#include "layers/tiles/recompressor.hpp"

#include "geo/background.hpp"

namespace layers::tiles {

Recompressor::Recompressor() : thread_{[this](const std::stop_token& stop) { work(stop); }} {}

Recompressor::~Recompressor() {
    thread_.request_stop();
    thread_.join();
}

void Recompressor::want(const TilePtr& tile, geo::wrap::Coding coding) {
    {
        const std::lock_guard lock{mutex_};
        wishes_.push_back({tile, coding});
        if (wishes_.size() > kMostWishes) wishes_.pop_front();
    }
    wake_.notify_one();
}

bool Recompressor::idle() const {
    const std::lock_guard lock{mutex_};
    return wishes_.empty() && !busy_;
}

void Recompressor::work(const std::stop_token& stop) {
    geo::go_to_background(19);
    while (true) {
        Wish wish;
        {
            std::unique_lock lock{mutex_};
            busy_ = false;
            if (!wake_.wait(lock, stop, [this] { return !wishes_.empty(); })) return;
            wish = std::move(wishes_.front());
            wishes_.pop_front();
            busy_ = true;
        }
        if (const auto tile = wish.tile.lock()) tile->tighten(wish.coding);
    }
}

} // namespace layers::tiles
