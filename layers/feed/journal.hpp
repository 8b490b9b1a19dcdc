// The change log with its rows: the latest steps from memory, older ones from the store, so that whoever follows a
// little behind costs the store nothing. Says nothing about who may see them. Knows no HTTP.
#pragma once

#include "layers/index/read_model.hpp"
#include "layers/store/store.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace layers::feed {

using StepPtr = std::shared_ptr<const index::Step>;

// Thread-safe. One for each read model, whose on_applied() it takes.
class Journal {
public:
    // `capacity`: steps kept in memory. Both references must outlive this; make it before anybody writes.
    Journal(const store::Store& store, index::ReadModel& model, std::size_t capacity = 20'000);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    store::Seq head() const; // the last step there is; views show it
    // Steps beyond `after`, in order and gap-free, at most `limit`; empty at the head. Reads the store (blocks) when
    // `after` is older than what is in memory. Errors of the store.
    std::vector<StepPtr> read(store::Seq after, std::size_t limit) const;
    bool remembers(store::Seq after) const; // read(after) needs no store
    // Waits until head() > after; false when `stop` came first.
    bool wait_beyond(store::Seq after, std::stop_token stop) const;

private:
    std::vector<StepPtr> from_store(store::Seq after, std::size_t limit) const;

    const store::Store& store_;
    index::ReadModel& model_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    mutable std::condition_variable_any moved_;
    std::deque<StepPtr> latest_; // seqs without gaps, the last one is head_
    store::Seq head_ = 0;
};

} // namespace layers::feed
