// Raises alerts while the server runs: follows the change log from where it was when the program last stopped or was
// killed, and looks at the clock. Two threads of its own.
#pragma once

#include "layers/alert/raise.hpp"
#include "layers/feed/follower.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace layers::alert {

struct WatchOptions {
    std::chrono::milliseconds look_every{60'000}; // at what time has brought
    // Hears, for the log, of what could not be raised and is tried again; any thread of this.
    std::function<void(const std::string&)> trouble = {};
};

class Watch {
public:
    // All must outlive this.
    Watch(store::Store& store, const index::ReadModel& model, WatchOptions options = {});
    ~Watch(); // returns once both threads are done
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    store::Seq position() const { return follower_.position(); } // thread-safe: rules have seen changes up to here

private:
    void look(const std::stop_token& stop);

    store::Store& store_;
    const index::ReadModel& model_;
    const WatchOptions options_;
    const Rules rules_;
    feed::Follower follower_;
    std::jthread clock_; // last: runs once everything else is there
};

} // namespace layers::alert
