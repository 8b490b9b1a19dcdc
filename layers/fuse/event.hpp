// One event out of its reports: the best graded place and time with the reason, counts as a range, contradictions told
// and never averaged, the strictest label (domain.md, Fusion 6 and Sharing). Pure; knows no callers: it is given the
// reports that one may see and makes the event of those alone.
#pragma once

#include "layers/fuse/knot.hpp"
#include "layers/fuse/report.hpp"
#include "layers/model/layer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace layers::fuse {

// What is known of a group beside its reports. Judgements and statements that concern it, in the order of seq.
struct About {
    std::vector<Judgement> judgements;      // with both ends among the members, or one end and `different`
    std::vector<EventStatement> statements; // about any of the members
    std::vector<Pair> contested;
    std::string split_from;         // id of an event; empty: none
    std::vector<std::string> links; // of a rescue event: ids of events of enforcement
};

// `members` at least one, the oldest first, rows of the layer `reports`. The row's id is the oldest member's.
Record event_of(const Layer& events, const Layer& reports, const std::vector<const Record*>& members,
                const About& about);

// Why a report's place (time) was taken before the others': the same words that the event bears.
struct Best {
    const Record* report = nullptr; // null: none of them has one
    std::string reason;
};
Best best_place(const Layer& reports, const std::vector<const Record*>& members);
Best best_time(const Layer& reports, const std::vector<const Record*>& members);

// The pairs of members that contradict each other, and in what, for people.
struct Conflict {
    std::string field; // "count", "direction", "place" …
    geo::Uuid one, other;
    std::string said; // "10 to 15 against 40 to 50"
};
std::vector<Conflict> conflicts(const Layer& reports, const std::vector<const Record*>& members);

} // namespace layers::fuse
