// Checks the leaves as a store hands them over (whole, in order, each hash right) and the trees' roots against what
// checkpoints vouch for. Knows no store.
#pragma once

#include "layers/audit/checkpoint.hpp"
#include "layers/audit/leaf.hpp"
#include "layers/audit/merkle.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace layers::audit {

inline constexpr std::size_t kMostFaults = 100; // named; after that it only counts as "not whole"

struct Entry {
    Leaf leaf;                         // put together from the change log
    Hash stored{};                     // the leaf's hash as it was written
    std::optional<Hash> payload_now;   // digest of the payload as it is today; nothing once retention deleted it
    std::optional<std::string> damage; // why it can't be put together: "the row of change 7 is missing"
};

struct AccessEntry {
    Access access;
    Hash stored{};
};

struct Verdict {
    TreeHead head;
    std::vector<std::string> faults; // for people, in order; empty when the log is whole
};

// `next` fills the entries in ascending seq and returns false at the end. `vouched`: heads of this tree by checkpoint,
// sizes not falling. Where an entry itself is at fault, roots beyond it are not compared: they can't be right.
struct Vouched {
    std::int64_t checkpoint = 0;
    geo::Instant made_at;
    TreeHead head;
};
Verdict verify(const std::function<bool(Entry&)>& next, const std::vector<Vouched>& vouched = {});
Verdict verify_accesses(const std::function<bool(AccessEntry&)>& next, const std::vector<Vouched>& vouched = {});

std::vector<Vouched> vouched_changes(const std::vector<Checkpoint>& checkpoints);
std::vector<Vouched> vouched_accesses(const std::vector<Checkpoint>& checkpoints);

} // namespace layers::audit
