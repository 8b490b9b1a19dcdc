#include "layers/fuse/knot.hpp"

#include <algorithm>
#include <numeric>

namespace layers::fuse {

namespace {

// Union-find with path halving.
class Sets {
public:
    explicit Sets(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
    std::size_t find(std::size_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    std::size_t join(std::size_t a, std::size_t b) { return parent_[find(a)] = find(b); } // -> the root of both

private:
    std::vector<std::size_t> parent_;
};

struct Ends {
    std::size_t a, b;
};

} // namespace

std::vector<Group> groups_of(const std::vector<Node>& nodes, std::vector<Tie> ties,
                             const std::vector<Pair>& different) {
    std::unordered_map<geo::Uuid, std::size_t> number;
    for (std::size_t i = 0; i < nodes.size(); ++i) number.emplace(nodes[i].id, i);
    const auto ends_of = [&](const Pair& pair) -> std::optional<Ends> {
        const auto a = number.find(pair.first), b = number.find(pair.second);
        if (a == number.end() || b == number.end()) return {};
        return Ends{a->second, b->second};
    };

    std::vector<std::vector<std::size_t>> apart(nodes.size()); // of a set's root: nodes that none of it may meet
    for (const auto& pair : different) {
        if (const auto ends = ends_of(pair)) {
            apart[ends->a].push_back(ends->b);
            apart[ends->b].push_back(ends->a);
        }
    }
    std::ranges::sort(ties, [](const Tie& x, const Tie& y) {
        const auto order = [](const Tie& t) { return std::tuple{t.seq == 0, t.seq, t.pair}; };
        return order(x) < order(y);
    });

    Sets sets{nodes.size()};
    std::vector<std::vector<Pair>> contested(nodes.size());
    std::vector<std::vector<geo::Uuid>> across(nodes.size());
    for (const auto& tie : ties) {
        const auto ends = ends_of(tie.pair);
        if (!ends) continue;
        if (nodes[ends->a].rescue != nodes[ends->b].rescue) {
            across[ends->a].push_back(tie.pair.second);
            across[ends->b].push_back(tie.pair.first);
            continue;
        }
        const std::size_t a = sets.find(ends->a), b = sets.find(ends->b);
        if (a == b) continue;
        auto& fewer = apart[a].size() < apart[b].size() ? apart[a] : apart[b];
        auto& more = apart[a].size() < apart[b].size() ? apart[b] : apart[a];
        const std::size_t beyond = &fewer == &apart[a] ? b : a;
        if (std::ranges::none_of(fewer, [&](std::size_t node) { return sets.find(node) == beyond; })) {
            more.insert(more.end(), fewer.begin(), fewer.end());
            fewer.clear();
            auto all = std::move(more);
            more.clear();
            apart[sets.join(a, b)] = std::move(all);
        } else if (tie.seq != 0) {
            contested[ends->a].push_back(tie.pair);
            contested[ends->b].push_back(tie.pair);
        }
    }

    std::vector<std::size_t> by_age(nodes.size());
    std::iota(by_age.begin(), by_age.end(), std::size_t{0});
    std::ranges::sort(by_age, {}, [&](std::size_t i) { return std::pair{nodes[i].born, nodes[i].id}; });
    std::vector<Group> groups;
    std::unordered_map<std::size_t, std::size_t> group_of;
    for (const std::size_t i : by_age) {
        const auto [entry, fresh] = group_of.emplace(sets.find(i), groups.size());
        if (fresh) groups.push_back({.members = {}, .rescue = nodes[i].rescue, .contested = {}, .across = {}});
        Group& group = groups[entry->second];
        group.members.push_back(nodes[i].id);
        group.contested.insert(group.contested.end(), contested[i].begin(), contested[i].end());
        group.across.insert(group.across.end(), across[i].begin(), across[i].end());
    }
    const auto sort_out = [](auto& list) {
        std::ranges::sort(list);
        list.erase(std::unique(list.begin(), list.end()), list.end());
    };
    for (auto& group : groups) {
        sort_out(group.contested);
        sort_out(group.across);
    }
    return groups;
}

} // namespace layers::fuse
