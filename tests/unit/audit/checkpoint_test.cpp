// Checkpoints, the files they are kept in, and proofs: what was signed stands, what was not is found.
#include "layers/audit/checkpoint_file.hpp"

#include "geo/error.hpp"
#include "layers/audit/proof.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace {

using namespace layers::audit;
using geo::wrap::SigningKey;

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "sarhad-test-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

std::vector<std::string> chain_of(int length, const SigningKey& key) {
    std::vector<std::string> lines;
    for (int i = 1; i <= length; ++i) {
        Checkpoint c;
        c.origin = "origin";
        c.number = i;
        if (!lines.empty()) c.previous = hash_of_line(lines.back());
        c.made_at = {i * 1'000'000};
        c.changes.size = static_cast<std::uint64_t>(i) * 10;
        sign(c, key);
        lines.push_back(to_line(c));
    }
    return lines;
}

// RFC 8032, section 7.1, test 3.
TEST(Signatures, AreThoseOfTheStandard) {
    const SigningKey key{*geo::wrap::from_hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")};
    EXPECT_EQ(geo::wrap::to_hex(key.public_key()), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    const std::string signature = key.sign("\xaf\x82");
    EXPECT_EQ(geo::wrap::to_hex(signature), "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                                            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    EXPECT_TRUE(geo::wrap::signature_holds(signature, "\xaf\x82", key.public_key()));
    EXPECT_FALSE(geo::wrap::signature_holds(signature, "\xaf\x83", key.public_key()));
    EXPECT_FALSE(geo::wrap::signature_holds("", "\xaf\x82", key.public_key()));
    EXPECT_THROW(SigningKey{"short"}, std::logic_error);
}

TEST(Checkpoints, AnyByteChangedInALineIsFound) {
    const auto lines = chain_of(3, SigningKey::random());
    EXPECT_FALSE(read_chain(lines).fault);
    EXPECT_EQ(read_chain(lines).checkpoints.size(), 3u);
    for (std::size_t at = 0; at < lines[1].size(); ++at) {
        for (const char other : {'0', 'f', ' ', 'Z'}) {
            auto changed = lines;
            if (changed[1][at] == other) continue;
            changed[1][at] = other;
            ASSERT_TRUE(read_chain(changed).fault) << at << other;
        }
    }
}

TEST(Checkpoints, OneTakenOutPutInOrFromElsewhereIsFound) {
    const auto key = SigningKey::random();
    const auto lines = chain_of(4, key);
    const auto without = [&](std::size_t n) {
        auto rest = lines;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(n));
        return rest;
    };
    for (std::size_t n = 0; n < 3; ++n) EXPECT_TRUE(read_chain(without(n)).fault) << n;
    EXPECT_FALSE(read_chain(without(3)).fault); // the newest one is missed by what the database remembers
    auto swapped = lines;
    std::swap(swapped[1], swapped[2]);
    EXPECT_TRUE(read_chain(swapped).fault);
    // Signed by somebody else's key it is a chain of its own: it does not go on with ours.
    auto foreign = lines;
    foreign[3] = chain_of(4, SigningKey::random())[3];
    EXPECT_TRUE(read_chain(foreign).fault);
    // The same key, but for less than was vouched for.
    auto set_back = lines;
    Checkpoint c = *checkpoint_from(lines[3]);
    c.number = 5;
    c.previous = hash_of_line(lines[3]);
    c.changes.size = 3;
    sign(c, key);
    set_back.push_back(to_line(c));
    EXPECT_TRUE(read_chain(set_back).fault);
}

TEST(CheckpointFile, TheKeyIsMadeOnceAndOnlyItsOwnerMayReadIt) {
    const Folder folder;
    const auto made = open_key(folder.path);
    ASSERT_TRUE(made);
    EXPECT_EQ(open_key(folder.path)->public_key(), made->public_key());
    const std::string file = folder.path + "/" + kKeyName;
    struct stat info {};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    ::chmod(file.c_str(), 0644);
    EXPECT_THROW(open_key(folder.path), geo::Error);
    ::chmod(file.c_str(), 0600);
    std::ofstream{file} << "no key";
    EXPECT_THROW(open_key(folder.path), geo::Error);
}

TEST(CheckpointFile, ALineCutShortByAKillIsReplacedByTheNext) {
    const Folder folder;
    EXPECT_TRUE(read_lines(folder.path).empty());
    append_line(folder.path, "one");
    append_line(folder.path, "two");
    std::ofstream{folder.path + "/" + kCheckpointsName, std::ios::app} << "thr";
    EXPECT_EQ(read_lines(folder.path), (std::vector<std::string>{"one", "two"}));
    append_line(folder.path, "three");
    EXPECT_EQ(read_lines(folder.path), (std::vector<std::string>{"one", "two", "three"}));
    EXPECT_EQ(read_lines(folder.path, 12), (std::vector<std::string>{"two", "three"})); // its tail, whole lines only
}

TEST(Proofs, HoldAnywhereAndNotWhenAnythingIsChanged) {
    const auto key = SigningKey::random();
    const auto leaf_at = [](std::uint64_t index) {
        Leaf leaf;
        leaf.seq = static_cast<std::int64_t>(index) + 1;
        leaf.layer = "reports";
        leaf.account = "officer";
        leaf.releasable_to = {"anf", "x,y"};
        leaf.new_box = {1.1, 2, 3, 4};
        leaf.recorded_at = {1'700'000'000'123'456};
        return leaf;
    };
    const auto hash_at = [&](std::uint64_t index) { return leaf_hash(leaf_at(index)); };
    MerkleTree tree;
    for (std::uint64_t i = 0; i < 21; ++i) tree.append(hash_at(i));
    Checkpoint checkpoint;
    checkpoint.origin = "origin";
    checkpoint.number = 1;
    checkpoint.changes = head_of(tree);
    sign(checkpoint, key);
    for (std::uint64_t i = 0; i < 21; ++i) {
        const Proof proof{leaf_at(i), inclusion_path(i, 21, hash_at), to_line(checkpoint)};
        const Proof read = proof_from_json(to_json(proof));
        EXPECT_FALSE(fault_of(read));
        EXPECT_FALSE(fault_of(read, key.public_key()));
        EXPECT_TRUE(fault_of(read, SigningKey::random().public_key()));
        Proof other = read;
        other.leaf.account = "nobody";
        EXPECT_TRUE(fault_of(other));
        other = read;
        other.leaf.seq = 22;
        EXPECT_TRUE(fault_of(other));
        other = read;
        other.path.back()[0] ^= 1;
        EXPECT_TRUE(fault_of(other));
        other = read;
        other.checkpoint.back() ^= 1;
        EXPECT_TRUE(fault_of(other));
    }
    EXPECT_THROW(proof_from_json("{}"), geo::Error);
    EXPECT_THROW(proof_from_json("not JSON"), geo::Error);
}

} // namespace
