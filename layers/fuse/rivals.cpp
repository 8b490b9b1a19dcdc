// Each report and each other agency: at most one of that agency's reports is the same event. Belief propagation on the
// graph of pairs, as in Williams and Lau 2014 (equations 35 to 37): what a report offers a candidate is the pair's odds
// over those of its other candidates, each held down by what those are offered elsewhere.
#include "layers/fuse/rivals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace layers::fuse {
namespace {

constexpr double kMostBits = 100; // odds beyond are certain, and squares of them still numbers
constexpr double kNothing = 1e-3; // bits that are not worth a word

// An agency's own doubles are no rivals of each other. Sets of reports that are likely the same within one agency.
class Doubles {
public:
    explicit Doubles(std::size_t reports) : parent_(reports) { std::iota(parent_.begin(), parent_.end(), 0u); }
    std::uint32_t of(std::uint32_t report) {
        while (parent_[report] != report) report = parent_[report] = parent_[parent_[report]];
        return report;
    }
    void join(std::uint32_t a, std::uint32_t b) {
        a = of(a);
        b = of(b);
        parent_[std::max(a, b)] = std::min(a, b); // the order of joining doesn't show
    }

private:
    std::vector<std::uint32_t> parent_;
};

struct Edge {
    std::size_t pair = 0;
    double odds = 0;
    double down = 1;                           // what the left report offers the right one
    double up = 1;                             // how free the right report is for the left one
    std::uint32_t left_set = 0, right_set = 0; // of doubles
};

// The edges of one report into one other agency, by the set of doubles that they lead to.
struct Fan {
    std::vector<std::uint32_t> edges; // sorted by that set
};

// For each edge of a fan: the sum over the other sets of the strongest value in each.
template <typename Value, typename Set, typename Take>
void over_others(const Fan& fan, Value value, Set set, Take take) {
    double all = 0;
    for (std::size_t i = 0; i < fan.edges.size();) {
        double most = 0;
        std::size_t end = i;
        for (; end < fan.edges.size() && set(fan.edges[end]) == set(fan.edges[i]); ++end)
            most = std::max(most, value(fan.edges[end]));
        all += most;
        i = end;
    }
    for (std::size_t i = 0; i < fan.edges.size();) {
        double most = 0;
        std::size_t end = i;
        for (; end < fan.edges.size() && set(fan.edges[end]) == set(fan.edges[i]); ++end)
            most = std::max(most, value(fan.edges[end]));
        for (; i < end; ++i) take(fan.edges[i], std::max(0.0, all - most));
    }
}

class Graph {
public:
    Graph(const std::vector<Assessed>& all, const std::vector<std::pair<const Report*, const Report*>>& reports)
        : doubles_{number(reports)} {
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].pair.same_agency && all[i].score > 0)
                doubles_.join(numbers_[reports[i].first], numbers_[reports[i].second]);
        }
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto *left = reports[i].first, *right = reports[i].second;
            if (left->agency.empty() || right->agency.empty() || all[i].pair.same_agency || all[i].pair.identical)
                continue;
            if (right->agency < left->agency) std::swap(left, right);
            Edge edge;
            edge.pair = i;
            edge.odds = std::exp2(std::min(kMostBits, all[i].score));
            const auto l = numbers_[left], r = numbers_[right];
            edge.left_set = doubles_.of(l);
            edge.right_set = doubles_.of(r);
            const auto at = static_cast<std::uint32_t>(edges_.size());
            edges_.push_back(edge);
            fan_of(left_, left_index_, l, right->agency).edges.push_back(at);
            fan_of(right_, right_index_, r, left->agency).edges.push_back(at);
        }
        const auto by = [&](auto set) {
            return [&, set](std::uint32_t x, std::uint32_t y) { return edges_[x].*set < edges_[y].*set; };
        };
        for (auto& fan : left_) std::ranges::stable_sort(fan.edges, by(&Edge::right_set));
        for (auto& fan : right_) std::ranges::stable_sort(fan.edges, by(&Edge::left_set));
    }

    std::vector<float> run(std::size_t pairs) {
        for (int round = 0; round < kRivalRounds; ++round) {
            for (const auto& fan : left_)
                offer(fan, [&](Edge& edge, double others) { edge.down = edge.odds / (1 + others); });
            for (const auto& fan : right_) {
                over_others(
                    fan, [&](std::uint32_t e) { return edges_[e].down; },
                    [&](std::uint32_t e) { return edges_[e].left_set; },
                    [&](std::uint32_t e, double others) { edges_[e].up = 1 / (1 + others); });
            }
        }
        std::vector<float> lost(pairs, 0);
        for (const auto& fan : left_) {
            offer(fan, [&](Edge& edge, double others) {
                const double bits = std::log2(edge.up / (1 + others));
                if (bits < -kNothing) lost[edge.pair] = static_cast<float>(bits);
            });
        }
        return lost;
    }

private:
    std::size_t number(const std::vector<std::pair<const Report*, const Report*>>& reports) {
        for (const auto& [a, b] : reports) {
            numbers_.emplace(a, static_cast<std::uint32_t>(numbers_.size()));
            numbers_.emplace(b, static_cast<std::uint32_t>(numbers_.size()));
        }
        return numbers_.size();
    }

    template <typename Take>
    void offer(const Fan& fan, Take take) {
        over_others(
            fan, [&](std::uint32_t e) { return edges_[e].odds * edges_[e].up; },
            [&](std::uint32_t e) { return edges_[e].right_set; },
            [&](std::uint32_t e, double others) { take(edges_[e], others); });
    }

    Fan& fan_of(std::vector<Fan>& fans, std::unordered_map<std::uint64_t, std::uint32_t>& index, std::uint32_t report,
                const std::string& agency) {
        const auto number = agencies_.try_emplace(agency, static_cast<std::uint32_t>(agencies_.size())).first->second;
        const auto [at, fresh] =
            index.try_emplace((std::uint64_t{report} << 32) | number, static_cast<std::uint32_t>(fans.size()));
        if (fresh) fans.emplace_back();
        return fans[at->second];
    }

    std::unordered_map<const Report*, std::uint32_t> numbers_;
    Doubles doubles_;
    std::vector<Edge> edges_;
    std::vector<Fan> left_, right_;
    std::unordered_map<std::string_view, std::uint32_t> agencies_;
    std::unordered_map<std::uint64_t, std::uint32_t> left_index_, right_index_;
};

} // namespace

std::vector<float> bits_of_rivals(const std::vector<Assessed>& all,
                                  const std::vector<std::pair<const Report*, const Report*>>& reports) {
    return Graph{all, reports}.run(all.size());
}

} // namespace layers::fuse
