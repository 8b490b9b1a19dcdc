// Which reports are one event, held against the rules written down the slow way.
#include "layers/fuse/knot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace {

using namespace layers::fuse;

geo::Uuid id_of(int number) {
    return geo::uuid_from_hash("report " + std::to_string(number));
}

Tie tie(int a, int b, std::int64_t seq) {
    return {pair_of(id_of(a), id_of(b)), seq};
}

std::vector<Node> nodes_of(int count) {
    std::vector<Node> nodes;
    for (int i = 0; i < count; ++i) nodes.push_back({id_of(i), i, false});
    return nodes;
}

std::vector<std::vector<geo::Uuid>> members(const std::vector<Group>& groups) {
    std::vector<std::vector<geo::Uuid>> out;
    for (const auto& group : groups) out.push_back(group.members);
    return out;
}

std::vector<std::vector<geo::Uuid>> ids(std::vector<std::vector<int>> numbers) {
    std::vector<std::vector<geo::Uuid>> out;
    for (const auto& some : numbers) {
        auto& group = out.emplace_back();
        for (const int number : some) group.push_back(id_of(number));
    }
    return out;
}

TEST(Knot, EventsAreTheConnectedComponentsOfSameAndBearTheirOldestReportsId) {
    const auto groups = groups_of(nodes_of(5), {tie(4, 1, 1), tie(1, 3, 2)}, {});
    EXPECT_EQ(members(groups), ids({{0}, {1, 3, 4}, {2}}));
}

TEST(Knot, ReportsJudgedDifferentNeverMeetHoweverTheyAreTied) {
    const auto groups =
        groups_of(nodes_of(4), {tie(0, 1, 1), tie(1, 2, 2), tie(2, 3, 3)}, {pair_of(id_of(0), id_of(3))});
    EXPECT_EQ(members(groups), ids({{0, 1, 2}, {3}}));
    EXPECT_EQ(groups[0].contested, std::vector{pair_of(id_of(2), id_of(3))});
    EXPECT_EQ(groups[1].contested, groups[0].contested) << "both sides tell of it";
}

TEST(Knot, WhatPeopleSaidGoesBeforeWhatIsAutomatic) {
    const auto groups = groups_of(nodes_of(3), {tie(0, 1, 0), tie(1, 2, 9)}, {pair_of(id_of(0), id_of(2))});
    EXPECT_EQ(members(groups), ids({{0}, {1, 2}}));
    EXPECT_TRUE(groups[1].contested.empty()) << "nobody said that the automatic tie holds";
}

TEST(Knot, ATieAcrossThePurposeWallIsALinkAndJoinsNothing) {
    auto nodes = nodes_of(3);
    nodes[1].rescue = true;
    const auto groups = groups_of(nodes, {tie(0, 1, 1), tie(1, 2, 2)}, {});
    EXPECT_EQ(members(groups), ids({{0}, {1}, {2}}));
    std::vector<geo::Uuid> both{id_of(0), id_of(2)};
    std::ranges::sort(both);
    EXPECT_EQ(groups[1].across, both);
}

TEST(Knot, AChainOfAThousandIsOneEvent) {
    std::vector<Tie> ties;
    for (int i = 1; i < 1000; ++i) ties.push_back(tie(i - 1, i, i));
    const auto groups = groups_of(nodes_of(1000), ties, {});
    ASSERT_EQ(groups.size(), 1u);
    EXPECT_EQ(groups[0].members.size(), 1000u);
}

// The rules, one after the other, over lists of sets.
std::vector<std::vector<geo::Uuid>> slowly(const std::vector<Node>& nodes, std::vector<Tie> ties,
                                           const std::vector<Pair>& different) {
    std::vector<std::vector<Node>> sets;
    for (const auto& node : nodes) sets.push_back({node});
    const auto set_of = [&](const geo::Uuid& id) {
        return std::ranges::find_if(sets, [&](const auto& set) {
            return std::ranges::any_of(set, [&](const Node& node) { return node.id == id; });
        });
    };
    std::ranges::sort(ties, [](const Tie& x, const Tie& y) {
        if ((x.seq == 0) != (y.seq == 0)) return y.seq == 0;
        return x.seq != y.seq ? x.seq < y.seq : x.pair < y.pair;
    });
    for (const auto& t : ties) {
        const auto one = set_of(t.pair.first), other = set_of(t.pair.second);
        if (one == other || one->front().rescue != other->front().rescue) continue;
        bool forbidden = false;
        for (const auto& apart : different) {
            const auto x = set_of(apart.first), y = set_of(apart.second);
            forbidden |= (x == one && y == other) || (x == other && y == one);
        }
        if (forbidden) continue;
        one->insert(one->end(), other->begin(), other->end());
        sets.erase(other);
    }
    for (auto& set : sets) std::ranges::sort(set, {}, &Node::born);
    std::ranges::sort(sets, {}, [](const auto& set) { return set.front().born; });
    std::vector<std::vector<geo::Uuid>> out;
    for (const auto& set : sets) {
        auto& group = out.emplace_back();
        for (const auto& node : set) group.push_back(node.id);
    }
    return out;
}

TEST(Knot, RandomKnotsAreUntiedAsTheRulesSay) {
    std::mt19937 random{20261122};
    for (int round = 0; round < 400; ++round) {
        const int count = 2 + static_cast<int>(random() % 14);
        auto nodes = nodes_of(count);
        for (auto& node : nodes) node.rescue = random() % 5 == 0;
        std::vector<Tie> ties;
        std::vector<Pair> different;
        for (int i = 0; i < count * 2; ++i) {
            const int a = static_cast<int>(random() % count), b = static_cast<int>(random() % count);
            if (a == b) continue;
            if (random() % 4 == 0)
                different.push_back(pair_of(id_of(a), id_of(b)));
            else
                ties.push_back(tie(a, b, random() % 6 == 0 ? 0 : 1 + static_cast<std::int64_t>(random() % 50)));
        }
        std::ranges::shuffle(nodes, random);
        ASSERT_EQ(members(groups_of(nodes, ties, different)), slowly(nodes, ties, different)) << "round " << round;
    }
}

} // namespace
