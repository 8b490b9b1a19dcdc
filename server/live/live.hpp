// What the server needs to tell changes: the journal, the events of each group of callers, the cursors
// and the hub, in the order in which they stand; last who raises alerts, which are changes as any other.
#pragma once

#include "layers/alert/sight.hpp"
#include "layers/alert/watch.hpp"
#include "layers/fuse/pictures.hpp"
#include "layers/fuse/suggestions.hpp"
#include "server/live/claims.hpp"
#include "server/live/hub.hpp"

#include <mutex>

namespace server::live {

struct Live {
    Live(layers::store::Store& store, layers::index::ReadModel& model, const std::string& data_dir,
         std::size_t events_kept, HubOptions options, layers::alert::WatchOptions watch)
        : journal{store, model, events_kept}, pictures{store, model, journal}, suggestions{model, journal},
          cursors{data_dir}, hub{store, journal, model, cursors, with_events(model, std::move(options))},
          alert_watch{store, model, std::move(watch)} {}
    layers::feed::Journal journal;
    layers::fuse::Pictures pictures;
    layers::fuse::Suggestions suggestions;
    Claims claims;
    std::mutex judging; // held from looking at what stands until the judgement is committed: two never cross
    Cursors cursors;
    Hub hub;
    layers::alert::Watch alert_watch; // writes, so it ends first

private:
    HubOptions with_events(const layers::index::ReadModel& model, HubOptions options) {
        options.implied = [this, &model](const auto& caller, const auto& step) -> std::vector<layers::feed::Notice> {
            try {
                auto told = pictures.notices(caller, step);
                for (auto& notice : layers::alert::notices(model, caller, step)) told.push_back(std::move(notice));
                return told;
            } catch (const geo::Error&) {
                return {}; // the store can't be read now: whoever asks for the events is told so there
            }
        };
        return options;
    }
};

} // namespace server::live
