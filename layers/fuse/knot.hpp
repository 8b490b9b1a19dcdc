// Which reports are one event: the connected components of `same`, in a knot of reports that judgements tie together.
// Pure mathematics of sets; knows no rows and no callers.
//
// The rules (domain.md, Fusion 5, and the purpose wall):
// - reports of rescue and of enforcement never share a component; a tie across the wall is a link;
// - a tie that would bring two reports together whose pair was judged `different` is left out and told as contested.
//   That can't be judged (the endpoint refuses it), but callers who see more reports than the judge did may meet it;
// - ties are taken in the order in which they were judged, automatic ones last: what people said goes before.
#pragma once

#include "layers/fuse/judgement.hpp"

#include <vector>

namespace layers::fuse {

struct Node {
    geo::Uuid id;
    std::int64_t born = 0; // rises with the time of its first report
    bool rescue = false;
};

struct Tie { // judged the same, or identical without a judgement
    Pair pair;
    std::int64_t seq = 0; // of the judgement; 0: automatic
};

struct Group {
    std::vector<geo::Uuid> members; // the oldest first: its id is the event's
    bool rescue = false;
    std::vector<Pair> contested;   // ties left out, with an end in here
    std::vector<geo::Uuid> across; // reports beyond the wall that are tied to a member, ascending
};

// Every node in exactly one group. Pairs of which an end is no node are ignored. O((n + ties + different) log n).
// Groups ascend by the age of their oldest member.
std::vector<Group> groups_of(const std::vector<Node>& nodes, std::vector<Tie> ties, const std::vector<Pair>& different);

} // namespace layers::fuse
