#include "layers/audit/merkle.hpp"

#include "geo/wrap/crypto.hpp"

#include <bit>
#include <stdexcept>

namespace layers::audit {
namespace {

Hash root_of(std::uint64_t first, std::uint64_t size, const std::function<Hash(std::uint64_t)>& leaf) {
    MerkleTree tree;
    for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf(first + i));
    return tree.root();
}

} // namespace

Hash node_hash(const Hash& left, const Hash& right) {
    std::string bytes(1, '\1');
    bytes.append(reinterpret_cast<const char*>(left.data()), left.size());
    bytes.append(reinterpret_cast<const char*>(right.data()), right.size());
    return geo::wrap::sha256_digest(bytes);
}

MerkleTree::MerkleTree(std::uint64_t size, std::vector<Hash> full) : size_{size}, full_{std::move(full)} {
    if (static_cast<std::size_t>(std::popcount(size)) != full_.size())
        throw std::logic_error{"a tree has one full subtree for each one in its size"};
}

void MerkleTree::append(const Hash& leaf_hash) {
    // A carry of binary addition: each trailing one of the old size is a full subtree to join with.
    Hash joined = leaf_hash;
    for (std::uint64_t carry = size_; carry & 1; carry >>= 1) {
        joined = node_hash(full_.back(), joined);
        full_.pop_back();
    }
    full_.push_back(joined);
    ++size_;
}

Hash MerkleTree::root() const {
    if (full_.empty()) return geo::wrap::sha256_digest({});
    Hash root = full_.back();
    for (auto it = full_.rbegin() + 1; it != full_.rend(); ++it) root = node_hash(*it, root);
    return root;
}

std::vector<Hash> inclusion_path(std::uint64_t index, std::uint64_t size,
                                 const std::function<Hash(std::uint64_t)>& leaf) {
    std::vector<Hash> downwards;
    std::uint64_t first = 0;
    while (size > 1) {
        const std::uint64_t split = std::bit_floor(size - 1); // the largest power of two smaller than size
        if (index < split) {
            downwards.push_back(root_of(first + split, size - split, leaf));
            size = split;
        } else {
            downwards.push_back(root_of(first, split, leaf));
            first += split;
            index -= split;
            size -= split;
        }
    }
    return {downwards.rbegin(), downwards.rend()};
}

Hash root_of_path(const Hash& leaf_hash, std::uint64_t index, std::uint64_t size, const std::vector<Hash>& path) {
    if (index >= size) return {};
    Hash hash = leaf_hash;
    std::uint64_t last = size - 1;
    for (const Hash& sibling : path) {
        if (last == 0) return {};
        if ((index & 1) || index == last) {
            hash = node_hash(sibling, hash);
            while (!(index & 1) && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 ? hash : Hash{};
}

} // namespace layers::audit
