// Raises alerts while the server runs: follows the change log from where it was when the program last stopped or was
// killed, and looks at the clock. Two threads of its own.
#pragma once

#include "layers/alert/raise.hpp"
#include "layers/feed/follower.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

namespace layers::alert {

struct WatchOptions {
    std::chrono::milliseconds look_every{60'000}; // at what time has brought
    // Hears, for the log, why something could not be raised, once until it is something else; any thread of this.
    std::function<void(const std::string&)> trouble = {};
};

class Watch {
public:
    // All must outlive this.
    Watch(store::Store& store, const index::ReadModel& model, WatchOptions options = {});
    ~Watch(); // returns once both threads are done
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Both thread-safe.
    store::Seq position() const { return follower_.position(); } // rules have seen the changes up to here
    // Why changes wait for the rules, for people; nothing when none does longer than it must.
    std::optional<std::string> trouble() const { return follower_.trouble(); }

private:
    void put(std::vector<store::Write> writes);
    void follow(std::span<const store::Change> changes);
    void complain(const std::string& why);
    void look(const std::stop_token& stop);

    store::Store& store_;
    const index::ReadModel& model_;
    const WatchOptions options_;
    const Rules rules_;
    std::mutex mutex_;
    std::string last_complaint_;
    feed::Follower follower_;
    std::jthread clock_; // last: runs once everything else is there
};

} // namespace layers::alert
