// The tree of RFC 6962 against published vectors, proofs against the tree, and a chain that is not whole.
#include "layers/audit/merkle.hpp"

#include "geo/wrap/crypto.hpp"
#include "layers/audit/verify.hpp"

#include <gtest/gtest.h>

namespace {

using namespace layers::audit;

std::string hex(const Hash& hash) {
    return geo::wrap::to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

// Leaves and roots of the reference implementation of certificate transparency (merkletree_test, RFC 6962 hashing).
const std::string kLeaves[] = {
    {},
    std::string("\x00", 1),
    "\x10",
    "\x20\x21",
    "\x30\x31",
    "\x40\x41\x42\x43",
    "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
};
const char* const kRoots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

Hash hash_of(const std::string& leaf) {
    return geo::wrap::sha256_digest(std::string(1, '\0') + leaf);
}

TEST(Merkle, RootsAreThoseOfTheReferenceImplementation) {
    MerkleTree tree;
    EXPECT_EQ(hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t i = 0; i < std::size(kLeaves); ++i) {
        tree.append(hash_of(kLeaves[i]));
        EXPECT_EQ(hex(tree.root()), kRoots[i]);
        EXPECT_EQ(tree.size(), i + 1);
    }
}

TEST(Merkle, EveryLeafOfEveryTreeIsProvedAndNoOtherIs) {
    const auto leaf = [](std::uint64_t i) { return hash_of(std::to_string(i)); };
    for (std::uint64_t size = 1; size <= 33; ++size) {
        MerkleTree tree;
        for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf(i));
        for (std::uint64_t i = 0; i < size; ++i) {
            auto path = inclusion_path(i, size, leaf);
            EXPECT_EQ(root_of_path(leaf(i), i, size, path), tree.root());
            EXPECT_NE(root_of_path(leaf(i + 1), i, size, path), tree.root());
            path.push_back(leaf(i));
            EXPECT_NE(root_of_path(leaf(i), i, size, path), tree.root());
            path.pop_back();
            if (path.empty()) continue;
            path.pop_back();
            EXPECT_NE(root_of_path(leaf(i), i, size, path), tree.root());
        }
    }
}

Leaf leaf(std::int64_t seq) {
    Leaf leaf;
    leaf.seq = seq;
    leaf.layer = "reports";
    leaf.account = "a";
    leaf.new_box = {1, 2, 3, 4};
    return leaf;
}

TEST(Leaves, EveryFieldIsUnderTheHash) {
    const Hash plain = leaf_hash(leaf(1));
    const auto changed = [&](auto change) {
        Leaf other = leaf(1);
        change(other);
        return leaf_hash(other) != plain;
    };
    EXPECT_TRUE(changed([](Leaf& l) { l.seq = 2; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.layer = "report"; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.id.bytes[15] = 1; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.version = 1; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.op = 1; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.recorded_at.us = 1; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.account = "b"; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.agency = "b"; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.handling = "H1"; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.releasable_to = {""}; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.scenario_id = "demo"; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.old_box = l.new_box; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.new_box.max_y = 5; }));
    EXPECT_TRUE(changed([](Leaf& l) { l.payload[0] = 1; }));
    // Moving a letter from one text to the next is another leaf too.
    EXPECT_TRUE(changed([](Leaf& l) {
        l.layer = "report";
        l.account = "sa";
    }));
}

TEST(Leaves, TheSaltHidesEqualPayloadsAndNewFieldsChangeNoOldDigest) {
    layers::Layer layer = layers::make_layer("x", "X", layers::GeometryKind::point, {});
    layers::Record record;
    record.values.resize(layer.fields.size());
    record.values[layers::common::remarks] = std::string{"text"};
    record.geometry = geo::make_point(1, 2);
    const PayloadDigester before{layer};
    EXPECT_NE(before.digest(record, "salt"), before.digest(record, "pepper"));
    const Hash old = before.digest(record, "salt");
    layers::Field added;
    added.name = "added";
    layer.fields.push_back(added);
    record.values.emplace_back();
    const PayloadDigester after{layer};
    EXPECT_EQ(after.digest(record, "salt"), old);
    record.values.back() = std::string{""};
    EXPECT_NE(after.digest(record, "salt"), old);
    record.values.back() = geo::Null{};
    record.values[layers::common::recorded_at] = geo::Instant{7};
    EXPECT_EQ(after.digest(record, "salt"), old);
}

TEST(Chain, AWholeOneHasTheTreesRootAndEachFaultIsNamed) {
    std::vector<Entry> chain;
    MerkleTree tree;
    for (std::int64_t seq = 1; seq <= 9; ++seq) {
        chain.push_back({leaf(seq), leaf_hash(leaf(seq)), leaf(seq).payload, {}});
        tree.append(chain.back().stored);
    }
    const auto verdict_of = [](const std::vector<Entry>& entries) {
        std::size_t next = 0;
        return verify([&](Entry& entry) {
            if (next == entries.size()) return false;
            entry = entries[next++];
            return true;
        });
    };
    const auto first_fault = [&](const std::vector<Entry>& entries) {
        const auto faults = verdict_of(entries).faults;
        return faults.empty() ? std::string{} : faults.front();
    };
    const auto whole = verdict_of(chain);
    EXPECT_TRUE(whole.faults.empty());
    EXPECT_EQ(whole.head.size, 9u);
    EXPECT_EQ(whole.head.root, tree.root());

    auto changed = chain;
    changed[4].leaf.account = "other";
    EXPECT_EQ(first_fault(changed), "audit entry 5 does not match its change");
    changed[6].leaf.account = "other"; // each is named, not the first alone
    EXPECT_EQ(verdict_of(changed).faults.at(1), "audit entry 7 does not match its change");
    auto missing = chain;
    missing.erase(missing.begin() + 4);
    EXPECT_EQ(first_fault(missing), "audit entry 5 is missing");
    missing.erase(missing.begin() + 4);
    EXPECT_EQ(first_fault(missing), "audit entry 5 to 6 is missing");
    auto payload = chain;
    payload[8].payload_now = Hash{1};
    EXPECT_EQ(first_fault(payload), "audit entry 9 does not match its payload");
    auto retained = chain; // retention took the payload: still whole
    retained[8].payload_now.reset();
    EXPECT_EQ(first_fault(retained), "");
}

TEST(Chain, WhatACheckpointVouchesForCannotBeChangedOrCutOff) {
    std::vector<Entry> chain;
    MerkleTree tree;
    std::vector<Vouched> vouched;
    for (std::int64_t seq = 1; seq <= 9; ++seq) {
        chain.push_back({leaf(seq), leaf_hash(leaf(seq)), {}, {}});
        tree.append(chain.back().stored);
        if (seq % 3 == 0) vouched.push_back({seq / 3, {}, head_of(tree)});
    }
    const auto faults_of = [&](const std::vector<Entry>& entries) {
        std::size_t next = 0;
        const auto give = [&](Entry& entry) {
            if (next == entries.size()) return false;
            entry = entries[next++];
            return true;
        };
        return verify(give, vouched).faults;
    };
    EXPECT_TRUE(faults_of(chain).empty());
    // Change and leaf rewritten together: only the root tells, and between which checkpoints.
    auto rewritten = chain;
    rewritten[4].leaf.account = "other";
    rewritten[4].stored = leaf_hash(rewritten[4].leaf);
    ASSERT_EQ(faults_of(rewritten).size(), 1u);
    EXPECT_TRUE(faults_of(rewritten).front().starts_with("something of audit entry 4 to 6 was changed"));
    auto cut_off = chain;
    cut_off.resize(7);
    ASSERT_EQ(faults_of(cut_off).size(), 1u);
    EXPECT_TRUE(faults_of(cut_off).front().starts_with("the log is cut off: it ends at audit entry 7"));
}

TEST(Chain, ATreeGoesOnFromItsFullSubtrees) {
    MerkleTree whole;
    for (int i = 0; i < 40; ++i) {
        MerkleTree resumed{whole.size(), whole.full()};
        resumed.append(hash_of(std::to_string(i)));
        whole.append(hash_of(std::to_string(i)));
        EXPECT_EQ(resumed.root(), whole.root());
    }
    EXPECT_THROW(MerkleTree(7, whole.full()), std::logic_error);
}

} // namespace
