// Followers of the change log: whatever is derived (caches, live events, analyses, alerts) says up to which seq it has
// read, survives being killed and can be rebuilt. Knows the Store contract only.
#pragma once

#include "layers/store/store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

namespace layers::feed {

struct FollowerOptions {
    std::string name;        // its position is kept under this; unique
    std::size_t batch = 500; // changes handed over at a time, at most
    std::chrono::milliseconds first_retry{100};
    std::chrono::milliseconds longest_retry{30'000};
    std::chrono::milliseconds rest{0}; // after a batch that isn't full: what comes meanwhile is one, and one position
};

// Reads the log from its stored position on a thread of its own and hands it over in order. A position is stored after
// its batch was handled, so after a crash the last batch comes again: handlers must bear that (at least once).
class Follower {
public:
    // Called on the follower's thread; a throw means "again later": the same batch comes after a pause that doubles.
    using Handler = std::function<void(std::span<const store::Change>)>;

    // `store` must outlive the follower. `forget` drops what was derived, before a rebuild starts from the first
    // change.
    Follower(store::Store& store, FollowerOptions options, Handler handle, std::function<void()> forget = {});
    ~Follower(); // as stop()
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    // All below: any thread.
    void stop();                 // returns once the running batch is done; starts no other
    void rebuild();              // after the running batch or pause
    store::Seq position() const; // the last change handled; stored unless the store is in trouble
    // Waits until position() >= seq; false when `stop` came first.
    bool wait_for(store::Seq seq, std::stop_token stop) const;
    std::optional<std::string> trouble() const; // why the last batch is being retried

private:
    void loop(std::stop_token stop);
    void step(std::stop_token stop);
    void pause(std::stop_token stop, std::chrono::milliseconds length);
    void arrive(store::Seq seq);

    store::Store& store_;
    const FollowerOptions options_;
    const Handler handle_;
    const std::function<void()> forget_;

    mutable std::mutex mutex_;
    mutable std::condition_variable_any moved_;
    store::Seq position_;
    bool rebuild_asked_ = false;
    std::stop_source rebuild_; // ends a wait for new changes
    std::optional<std::string> trouble_;

    std::jthread thread_; // last: runs once everything else is there
};

// Hands over every change beyond `after` with its row (null for a removal), in order, up to the last one there is when
// it gets there; returns that one's seq. For a read model that starts from a snapshot: replay its tail before anybody
// writes, or with its listener already set and dropping what it has seen.
store::Seq replay(const store::Store& store, store::Seq after,
                  const std::function<void(const store::Store::Applied&)>& apply);

} // namespace layers::feed
