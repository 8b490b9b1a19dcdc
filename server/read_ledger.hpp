// Accounts for reads of what a caller sees only with a stated reason (need_to_know fields, sealed ones, shelters): a
// line in the access log, durable before anything is answered. Where it can't be written there is no answer (fail
// closed). Knows paths and access classes; asks no endpoint, so that none can forget it.
//
// Tiles are many: one line for each account, reason, layers, zoom and area in a minute, written before its first tile;
// a stream of events has one a minute too. A caller without a reason sees none of it and is not logged; nor is anybody
// with --open, where nobody has a name.
#pragma once

#include "layers/store/store.hpp"
#include "server/request.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace server {

// Thread-safe.
class ReadLedger {
public:
    // `store` must outlive this.
    explicit ReadLedger(layers::store::Store& store, std::function<geo::Instant()> clock = geo::now)
        : store_{store}, clock_{std::move(clock)} {}

    // Before the request is answered, its caller known. Errors as the store's: then there may be no answer.
    void before(const Request& request, const layers::access::Caller& caller);

private:
    bool is_new_in_this_minute(const std::string& tiles);

    layers::store::Store& store_;
    const std::function<geo::Instant()> clock_;
    std::mutex mutex_;
    std::int64_t minute_ = 0;
    std::set<std::string> seen_; // tile areas that are in the log for this minute
};

} // namespace server
