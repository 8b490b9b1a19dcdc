// Proof that one change stands in the log that a signed checkpoint vouches for: complete in itself, so that it can be
// checked anywhere without the database. Knows no store.
#pragma once

#include "layers/audit/checkpoint.hpp"
#include "layers/audit/leaf.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layers::audit {

struct Proof {
    Leaf leaf;
    std::vector<Hash> path; // from the leaf's sibling upwards, to the root of the checkpoint's tree of changes
    std::string checkpoint; // its line
};

// What is wrong with it, for people; nothing when it holds. `key`: the public key that must have signed, or empty for
// the one that the checkpoint names.
std::optional<std::string> fault_of(const Proof& proof, std::string_view key = {});

std::string to_json(const Proof& proof);
Proof proof_from_json(std::string_view json); // Error{invalid_input}

} // namespace layers::audit
