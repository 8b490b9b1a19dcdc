// What the server needs to tell changes: the journal, the cursors and the hub, in the order in which they stand.
#pragma once

#include "server/live/hub.hpp"

namespace server::live {

struct Live {
    Live(const layers::store::Store& store, layers::index::ReadModel& model, const std::string& data_dir,
         std::size_t events_kept, HubOptions options)
        : journal{store, model, events_kept}, cursors{data_dir}, hub{store, journal, model, cursors, options} {}
    layers::feed::Journal journal;
    Cursors cursors;
    Hub hub;
};

} // namespace server::live
