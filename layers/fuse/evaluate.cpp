#include "layers/fuse/evaluate.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace layers::fuse {
namespace {

// Connected parts of a graph over `reports`; those without a pair count too.
class Clusters {
public:
    explicit Clusters(const std::vector<geo::Uuid>& reports) : parent_(reports.size()), count_{reports.size()} {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
        for (const auto& id : reports) numbers_.emplace(id, numbers_.size());
    }
    bool knows(const geo::Uuid& id) const { return numbers_.contains(id); }
    void join(const IdPair& pair) {
        const auto a = numbers_.find(pair.first), b = numbers_.find(pair.second);
        if (a == numbers_.end() || b == numbers_.end()) return;
        const auto x = root(a->second), y = root(b->second);
        if (x == y) return;
        parent_[std::max(x, y)] = std::min(x, y);
        --count_;
    }
    std::size_t count() const { return count_; }

private:
    std::size_t root(std::size_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    std::unordered_map<geo::Uuid, std::size_t> numbers_;
    std::vector<std::size_t> parent_;
    std::size_t count_;
};

} // namespace

Evaluation evaluate(const std::vector<Assessed>& pairs, const std::vector<IdPair>& truth,
                    const std::vector<geo::Uuid>& reports, double from) {
    Evaluation out;
    std::vector<IdPair> sorted = truth;
    std::ranges::sort(sorted);
    Clusters predicted{reports}, real{reports};
    for (const auto& assessed : pairs) {
        if (assessed.probability < from) continue;
        const IdPair pair{assessed.pair.a, assessed.pair.b};
        ++out.predicted;
        if (std::ranges::binary_search(sorted, pair)) ++out.right;
        predicted.join(pair);
    }
    for (const auto& pair : sorted) {
        real.join(pair);
        if (!real.knows(pair.first) || !real.knows(pair.second)) ++out.unknown_truth;
    }
    out.truth = truth.size();
    const auto share = [](std::size_t part, std::size_t whole) {
        return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    out.precision = share(out.right, out.predicted);
    out.recall = share(out.right, out.truth);
    if (out.right > 0) out.f1 = 2 * out.precision * out.recall / (out.precision + out.recall);
    out.predicted_clusters = predicted.count();
    out.true_clusters = real.count();
    return out;
}

} // namespace layers::fuse
