// What the server needs to tell changes: the journal, the events of each group of callers, the cursors
// and the hub, in the order in which they stand.
#pragma once

#include "layers/fuse/pictures.hpp"
#include "layers/fuse/suggestions.hpp"
#include "server/live/claims.hpp"
#include "server/live/hub.hpp"

#include <mutex>

namespace server::live {

struct Live {
    Live(const layers::store::Store& store, layers::index::ReadModel& model, const std::string& data_dir,
         std::size_t events_kept, HubOptions options)
        : journal{store, model, events_kept}, pictures{store, model, journal}, suggestions{model, journal},
          cursors{data_dir}, hub{store, journal, model, cursors, with_events(std::move(options))} {}
    layers::feed::Journal journal;
    layers::fuse::Pictures pictures;
    layers::fuse::Suggestions suggestions;
    Claims claims;
    std::mutex judging; // held from looking at what stands until the judgement is committed: two never cross
    Cursors cursors;
    Hub hub;

private:
    HubOptions with_events(HubOptions options) {
        options.implied = [this](const auto& caller, const auto& step) { return pictures.notices(caller, step); };
        return options;
    }
};

} // namespace server::live
