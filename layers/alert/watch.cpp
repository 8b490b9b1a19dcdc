#include "layers/alert/watch.hpp"

#include <condition_variable>
#include <mutex>

namespace layers::alert {

namespace {

// Alerts come at once, but their position is stored ten times a second at most: it costs a commit.
constexpr std::chrono::milliseconds kRest{100};
constexpr std::size_t kWrites = 500; // a batch, so that a day of 100,000 alerts leaves room for people's writes

// Error: what the storage refused; to be tried again. An alert that the store finds wrong in itself would be found
// wrong for ever, and must not keep back those behind it.
void put(store::Store& store, std::vector<store::Write> writes, const WatchOptions& options) {
    for (std::size_t done = 0; done < writes.size(); done += kWrites) {
        const auto end = std::min(writes.size(), done + kWrites);
        std::vector<store::Write> batch{std::make_move_iterator(writes.begin() + static_cast<std::ptrdiff_t>(done)),
                                        std::make_move_iterator(writes.begin() + static_cast<std::ptrdiff_t>(end))};
        for (const auto& item : store.write(std::move(batch)).get()) {
            if (!item.error) continue;
            const auto code = item.error->code;
            if (code == geo::ErrorCode::busy || code == geo::ErrorCode::storage_full ||
                code == geo::ErrorCode::storage_failed)
                throw *item.error;
            if (options.trouble) options.trouble(item.error->what());
        }
    }
}

} // namespace

Watch::Watch(store::Store& store, const index::ReadModel& model, WatchOptions options)
    : store_{store}, model_{model}, options_{std::move(options)},
      follower_{store,
                {.name = "alerts", .rest = kRest},
                [this](std::span<const store::Change> changes) {
                    try {
                        put(store_, raised(rules_, store_, changes), options_);
                    } catch (const std::exception& error) {
                        if (options_.trouble) options_.trouble(error.what());
                        throw;
                    }
                }},
      clock_{[this](const std::stop_token& stop) { look(stop); }} {}

Watch::~Watch() {
    clock_.request_stop();
    follower_.stop();
    clock_.join();
}

void Watch::look(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    while (!stop.stop_requested()) {
        try {
            const auto now = geo::now();
            put(store_, raised_by_clock(rules_, model_, now), options_);
            put(store_, escalated_by_clock(model_, now), options_);
        } catch (const std::exception& error) {
            if (options_.trouble) options_.trouble(error.what());
        }
        wake.wait_for(lock, stop, options_.look_every, [] { return false; });
    }
}

} // namespace layers::alert
