#include "layers/feed/follower.hpp"

#include <algorithm>
#include <exception>

namespace layers::feed {

using store::Change, store::Seq, store::Store;

Follower::Follower(Store& store, FollowerOptions options, Handler handle, std::function<void()> forget)
    : store_{store}, options_{std::move(options)}, handle_{std::move(handle)}, forget_{std::move(forget)},
      position_{store.follower_position(options_.name)} {
    thread_ = std::jthread{[this](std::stop_token stop) { loop(std::move(stop)); }};
}

Follower::~Follower() {
    stop();
}

void Follower::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Follower::rebuild() {
    const std::lock_guard lock{mutex_};
    rebuild_asked_ = true;
    rebuild_.request_stop();
    moved_.notify_all();
}

Seq Follower::position() const {
    const std::lock_guard lock{mutex_};
    return position_;
}

bool Follower::wait_for(Seq seq, std::stop_token stop) const {
    std::unique_lock lock{mutex_};
    return moved_.wait(lock, std::move(stop), [&] { return position_ >= seq && !rebuild_asked_; });
}

std::optional<std::string> Follower::trouble() const {
    const std::lock_guard lock{mutex_};
    return trouble_;
}

void Follower::loop(std::stop_token stop) {
    auto retry = options_.first_retry;
    while (!stop.stop_requested()) {
        std::string why;
        try {
            step(stop);
        } catch (const std::exception& error) {
            why = error.what();
        }
        {
            const std::lock_guard lock{mutex_};
            trouble_ = why.empty() ? std::nullopt : std::optional{why};
        }
        if (why.empty()) {
            retry = options_.first_retry;
        } else {
            pause(stop, retry);
            retry = std::min(retry * 2, options_.longest_retry);
        }
    }
}

void Follower::step(std::stop_token stop) {
    std::stop_source wake;
    bool rebuild_now = false;
    Seq after = 0;
    {
        const std::lock_guard lock{mutex_};
        rebuild_now = rebuild_asked_;
        if (!rebuild_now) rebuild_ = wake;
        after = position_;
    }
    if (rebuild_now) {
        if (forget_) forget_();
        store_.set_follower_position(options_.name, 0);
        const std::lock_guard lock{mutex_};
        position_ = 0;
        rebuild_asked_ = false;
        return;
    }
    const std::stop_callback stopped{stop, [&] { wake.request_stop(); }};
    if (!store_.wait_beyond(after, wake.get_token())) return;
    const auto changes = store_.changes(after, options_.batch);
    if (changes.empty()) return;
    handle_(changes);
    // A store in trouble is left alone: a write as small as this may succeed where others fail, and would pass for its
    // recovery. The next batch's position stands for this one's.
    if (!store_.trouble()) store_.set_follower_position(options_.name, changes.back().seq);
    arrive(changes.back().seq);
    if (options_.rest.count() > 0 && changes.size() < options_.batch) pause(stop, options_.rest);
}

void Follower::pause(std::stop_token stop, std::chrono::milliseconds length) {
    std::unique_lock lock{mutex_};
    moved_.wait_for(lock, std::move(stop), length, [] { return false; });
}

void Follower::arrive(Seq seq) {
    {
        const std::lock_guard lock{mutex_};
        position_ = seq;
    }
    moved_.notify_all();
}

} // namespace layers::feed
