// A rule's dry run: what it would have raised over the stored rows, so that nobody switches on what buries a desk.
// Counts only what the caller may see.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/alert/rule.hpp"
#include "layers/index/read_model.hpp"
#include "layers/store/store.hpp"

#include <map>
#include <stop_token>
#include <string>

namespace layers::alert {

struct Trial {
    std::int64_t alerts = 0;
    std::map<std::string, std::int64_t> weeks; // by the Monday they begin with (UTC), "2026-03-02"; none left out
    std::vector<geo::Uuid> latest;             // subjects, the newest first, a few
};

// Of the time from `from` to `to`, by when it happened (valid_from, the state's time for what begins, the due time for
// what is late), else when it was stored: an archive imported yesterday counts in its own year. Error{invalid_input}:
// the rule names what does not exist for the caller; Error{cancelled} when `stop` is set. No view: nothing is there.
Trial trial(const Rule& rule, const index::ReadModel& model, const store::Store& store, const access::Caller& caller,
            geo::Instant from, geo::Instant to, const std::stop_token& stop);

} // namespace layers::alert
