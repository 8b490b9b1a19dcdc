// Checks the chain of leaves as a store hands it over: whole, in order, each hash right. Knows no store.
#pragma once

#include "layers/audit/leaf.hpp"
#include "layers/audit/merkle.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace layers::audit {

struct Entry {
    Leaf leaf;                       // put together from the change log
    Hash stored{};                   // the leaf's hash as it was written
    std::optional<Hash> payload_now; // digest of the payload as it is today; nothing once retention deleted it
};

struct Verdict {
    std::uint64_t leaves = 0;
    Hash root{};
    std::optional<std::string> fault; // the first thing wrong, for people; nothing when the chain is whole
};

// `next` fills the entries in ascending seq and returns false at the end. Stops at the first fault.
Verdict verify(const std::function<bool(Entry&)>& next);

} // namespace layers::audit
