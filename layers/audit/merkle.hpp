// The Merkle tree of RFC 6962 section 2.1 over leaf hashes: root and inclusion proofs. Bytes only.
#pragma once

#include "layers/audit/leaf.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace layers::audit {

// Grows leaf by leaf; keeps only the roots of the full subtrees (at most 64 hashes), so a tree of any size costs
// nothing to carry along. One thread at a time.
class MerkleTree {
public:
    MerkleTree() = default;
    // Goes on from what full() gave at that size. std::logic_error when their numbers don't fit together.
    MerkleTree(std::uint64_t size, std::vector<Hash> full);

    void append(const Hash& leaf_hash);
    std::uint64_t size() const { return size_; }
    const std::vector<Hash>& full() const { return full_; }
    Hash root() const; // of the empty tree: SHA-256 of nothing

private:
    std::uint64_t size_ = 0;
    std::vector<Hash> full_; // roots of the full subtrees, biggest first
};

Hash node_hash(const Hash& left, const Hash& right); // SHA-256(0x01 || left || right)

// PATH(index, D[size]) of section 2.1.1: the hashes from the leaf's sibling up to below the root. `leaf(i)` gives the
// hash of leaf i. Precondition: index < size.
std::vector<Hash> inclusion_path(std::uint64_t index, std::uint64_t size,
                                 const std::function<Hash(std::uint64_t)>& leaf);

// The root that a path leads to (RFC 9162 section 2.1.3.2); all zero when the path's length doesn't fit.
Hash root_of_path(const Hash& leaf_hash, std::uint64_t index, std::uint64_t size, const std::vector<Hash>& path);

} // namespace layers::audit
