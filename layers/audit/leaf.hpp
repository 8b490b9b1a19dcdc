// What the audit proves about one change, and how it is hashed. A leaf says who changed which item when and under
// which label; of the payload it holds only a salted digest, so that retention can delete a payload (and its salt)
// and the proof still stands, and nobody can guess a deleted payload from its digest.
// Knows the model; no store, no keys: signed checkpoints come on top of the tree's root.
#pragma once

#include "geo/geometry.hpp"
#include "geo/time.hpp"
#include "geo/uuid.hpp"
#include "layers/model/layer.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace layers::audit {

using Hash = std::array<std::uint8_t, 32>; // SHA-256 (FIPS 180-4)

inline constexpr std::size_t kSaltBytes = 16;

struct Leaf {
    std::int64_t seq = 0;
    std::string layer;
    geo::Uuid id;
    std::int64_t version = 0;
    std::uint8_t op = 0; // 0 create, 1 replace, 2 remove
    geo::Instant recorded_at;
    std::string account;
    std::string agency;
    std::string handling;
    std::vector<std::string> releasable_to;
    std::string scenario_id;
    geo::Box old_box;
    geo::Box new_box;
    Hash payload{}; // all zero for a removal, which has no payload
};

// The bytes of a leaf: a tag, then every field in the order above; integers little-endian, texts behind their length.
// This format is for ever: a changed one gets another tag.
std::string serialise(const Leaf& leaf);

// RFC 6962 section 2.1: SHA-256(0x00 || serialise(leaf)).
Hash leaf_hash(const Leaf& leaf);

// One line of the access log: what happened that changed no row. A token made or revoked, a read of need_to_know
// columns, an export, a backup. Its leaves make a tree of their own, so that the change log stays gap-free.
struct Access {
    std::int64_t number = 0; // 1, 2, 3 …
    geo::Instant recorded_at = {};
    std::string account = {}; // who; empty: nobody signed in
    std::string agency = {};
    std::string what = {};    // a word: "token_created", "read"
    std::string subject = {}; // the token's id, the collection …
    std::string reason = {};  // as stated
    std::string detail = {};  // JSON, or nothing
};

std::string serialise(const Access& access); // as for a leaf, with a tag of its own
Hash leaf_hash(const Access& access);

// Digests payloads of one layer: SHA-256 over salt, geometry (WKB) and the values that are not null, by field name, so
// that a field added to the layer later changes no digest. recorded_at is the leaf's business, not the payload's;
// sealed fields are left out, since they end while the proof goes on. Immutable after construction, safe to share
// between threads; the layer's fields must not change under it.
class PayloadDigester {
public:
    explicit PayloadDigester(const Layer& layer);
    Hash digest(const Record& record, std::string_view salt) const;

private:
    struct Column {
        std::string name;
        std::size_t ordinal;
    };
    std::vector<Column> by_name_;
};

} // namespace layers::audit
