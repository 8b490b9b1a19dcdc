// Takes people's numbers out of the store when their time is over (layers/model/sealed.hpp): at the start and every few
// hours. Readers are shown none from the moment it ends; this is about the bytes.
// What it can't reach: backups, and pages of the index's snapshots until they are written again.
#pragma once

#include "layers/index/read_model.hpp"
#include "layers/store/store.hpp"

#include <cstdint>
#include <memory>
#include <thread>

namespace server {

// Current rows get a new version without what is over, so that every follower of the log hears of it; then the closed
// versions are cleaned where they lie. Returns the number of rows that got one. Errors of the store.
std::int64_t expire_seals(layers::store::Store& store, const layers::index::ReadModel& index, geo::Instant now);

// A thread of its own. A failure is logged and tried again the next time.
class SealExpiry {
public:
    SealExpiry(std::shared_ptr<layers::store::Store> store, std::shared_ptr<const layers::index::ReadModel> index);

private:
    std::jthread thread_;
};

} // namespace server
