#include "layers/audit/verify.hpp"

namespace layers::audit {
namespace {

std::optional<std::string> fault_of(const Entry& entry, std::int64_t expected_seq) {
    const std::string name = "audit entry " + std::to_string(expected_seq);
    if (entry.leaf.seq != expected_seq) return name + " is missing";
    if (leaf_hash(entry.leaf) != entry.stored) return name + " does not match its change";
    if (entry.payload_now && *entry.payload_now != entry.leaf.payload) return name + " does not match its payload";
    return {};
}

} // namespace

Verdict verify(const std::function<bool(Entry&)>& next) {
    Verdict verdict;
    MerkleTree tree;
    Entry entry;
    while (next(entry)) {
        verdict.fault = fault_of(entry, static_cast<std::int64_t>(tree.size()) + 1);
        if (verdict.fault) break;
        tree.append(entry.stored);
    }
    verdict.leaves = tree.size();
    verdict.root = tree.root();
    return verdict;
}

} // namespace layers::audit
