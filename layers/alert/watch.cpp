#include "layers/alert/watch.hpp"

#include <condition_variable>
#include <iterator>

namespace layers::alert {

namespace {

// Alerts come at once, but their position is stored ten times a second at most: it costs a commit.
constexpr std::chrono::milliseconds kRest{100};
constexpr std::chrono::milliseconds kLongestRetry{1'000}; // people wait for these
constexpr std::size_t kChanges = 2'000;
constexpr std::size_t kWrites = 500; // at a time, so that a day of 100,000 alerts leaves room for people's writes

// To be tried again. What the store finds wrong in an alert itself it would find wrong for ever, and that must not keep
// back those behind it.
bool may_pass(geo::ErrorCode code) {
    return code == geo::ErrorCode::busy || code == geo::ErrorCode::storage_full ||
           code == geo::ErrorCode::storage_failed;
}

} // namespace

Watch::Watch(store::Store& store, const index::ReadModel& model, WatchOptions options)
    : store_{store}, model_{model}, options_{std::move(options)},
      follower_{store,
                {.name = "alerts", .batch = kChanges, .longest_retry = kLongestRetry, .rest = kRest},
                [this](std::span<const store::Change> changes) { follow(changes); }},
      clock_{[this](const std::stop_token& stop) { look(stop); }} {}

Watch::~Watch() {
    clock_.request_stop();
    follower_.stop();
    clock_.join();
}

void Watch::complain(const std::string& why) {
    const std::lock_guard lock{mutex_};
    if (why == last_complaint_) return;
    last_complaint_ = why;
    if (options_.trouble && !why.empty()) options_.trouble(why);
}

void Watch::put(std::vector<store::Write> writes) {
    for (std::size_t done = 0; done < writes.size(); done += kWrites) {
        const auto first = writes.begin() + static_cast<std::ptrdiff_t>(done);
        const auto last = writes.begin() + static_cast<std::ptrdiff_t>(std::min(writes.size(), done + kWrites));
        for (const auto& item : store_.write({std::make_move_iterator(first), std::make_move_iterator(last)}).get()) {
            if (!item.error) continue;
            if (may_pass(item.error->code)) throw *item.error;
            complain(item.error->what());
        }
    }
}

void Watch::follow(std::span<const store::Change> changes) {
    try {
        put(raised(rules_, store_, changes));
        complain({});
    } catch (const std::exception& error) {
        complain(error.what());
        throw;
    }
}

void Watch::look(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    while (!stop.stop_requested()) {
        try {
            const auto now = geo::now();
            put(raised_by_clock(rules_, model_, now));
            put(escalated_by_clock(model_, now));
        } catch (const std::exception& error) {
            complain(error.what());
        }
        wake.wait_for(lock, stop, options_.look_every, [] { return false; });
    }
}

} // namespace layers::alert
