// Signed checkpoints: at a moment, how long the two logs were and what their trees' roots were, under an Ed25519
// signature. Who holds one can prove later that nothing before it was changed, taken out or cut off. Knows bytes and
// keys; no file, no store.
//
// A checkpoint is one line of text, so that it can be kept anywhere (a notebook will do):
//   sarhad-checkpoint-1 ORIGIN NUMBER PREVIOUS TIME CHANGES ROOT ACCESSES ROOT KEY SIGNATURE
// with hashes, key and signature in hexadecimal. The signature is over everything before the space in front of it.
// PREVIOUS is the SHA-256 of the line before (64 zeros for the first): none can be taken out of the middle.
#pragma once

#include "geo/time.hpp"
#include "geo/wrap/crypto.hpp"
#include "layers/audit/merkle.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layers::audit {

struct TreeHead {
    std::uint64_t size = 0;
    Hash root{};
    bool operator==(const TreeHead&) const = default;
};
TreeHead head_of(const MerkleTree& tree);

struct Checkpoint {
    std::string origin;      // the database's identity at its birth; no spaces
    std::int64_t number = 0; // 1, 2, 3 …
    Hash previous{};
    geo::Instant made_at;
    TreeHead changes;
    TreeHead accesses;
    std::string public_key; // 32 bytes
    std::string signature;  // 64 bytes
};

std::string to_line(const Checkpoint& checkpoint);                // without a line end
std::optional<Checkpoint> checkpoint_from(std::string_view line); // nothing for a line that isn't exactly of that form
Hash hash_of_line(std::string_view line);

void sign(Checkpoint& checkpoint, const geo::wrap::SigningKey& key); // sets key and signature
bool signature_holds(const Checkpoint& checkpoint);

std::string to_hex(const Hash& hash);
std::optional<Hash> hash_from_hex(std::string_view digits);

// A chain of lines: numbered without a gap, each naming the one before, of one origin, sizes and times not falling,
// signatures holding.
struct Chain {
    std::vector<Checkpoint> checkpoints; // up to the first fault
    std::vector<std::string> keys;       // public keys in hexadecimal, in the order of their first use
    std::optional<std::string> fault;    // for people
};
Chain read_chain(const std::vector<std::string>& lines);

} // namespace layers::audit
