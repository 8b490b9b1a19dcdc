#include "layers/fuse/bulk.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <thread>

namespace layers::fuse {
namespace {

constexpr std::size_t kPiece = 64; // reports at a time

void by_pair(std::vector<Comparison>& pairs) {
    const auto key = [](const Comparison& pair) { return std::pair{pair.a, pair.b}; };
    std::ranges::sort(pairs, {}, key);
    pairs.erase(std::ranges::unique(pairs, {}, key).begin(), pairs.end());
}

// Pairs of reports over the cap. A pair with a report that is not stays; of two that are, either may have kept it.
void add_crowded(const Finder& finder, BulkPairs& all) {
    std::vector<Comparison> pairs;
    const auto over = [&](const geo::Uuid& id) { return std::ranges::binary_search(all.over_the_cap, id); };
    for (const auto& id : all.over_the_cap) {
        const auto& report = *finder.find(id);
        for (const auto& pair : finder.candidates(report, std::numeric_limits<std::size_t>::max()).pairs)
            if (!over(pair.a == id ? pair.b : pair.a)) pairs.push_back(pair);
        const auto kept = finder.candidates(report).pairs;
        pairs.insert(pairs.end(), kept.begin(), kept.end());
    }
    all.pairs.insert(all.pairs.end(), pairs.begin(), pairs.end());
    by_pair(all.pairs);
}

} // namespace

BulkPairs compare_all(const Finder& finder, const BulkOptions& options) {
    const auto reports = finder.all(); // by id: so are their pairs then
    std::vector<Finder::Found> found(reports.size());
    std::atomic<std::size_t> next = 0;
    std::mutex telling;
    const auto work = [&] {
        for (std::size_t begin = next.fetch_add(kPiece); begin < reports.size(); begin = next.fetch_add(kPiece)) {
            if (options.stop.stop_requested()) return;
            for (std::size_t i = begin; i < std::min(reports.size(), begin + kPiece); ++i)
                found[i] = finder.later_candidates(*reports[i]);
            if (!options.progress) continue;
            const std::lock_guard lock{telling};
            options.progress(static_cast<double>(std::min(next.load(), reports.size())) /
                             static_cast<double>(reports.size()));
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < options.threads; ++i) others.emplace_back(work);
        work();
    }
    if (options.stop.stop_requested())
        throw geo::Error{geo::ErrorCode::cancelled, "stopped before all reports were compared"};

    BulkPairs all;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        if (found[i].dropped > 0) all.over_the_cap.push_back(reports[i]->id);
        all.dropped += found[i].dropped;
        all.pairs.insert(all.pairs.end(), found[i].pairs.begin(), found[i].pairs.end());
        found[i] = {};
    }
    if (!all.over_the_cap.empty()) add_crowded(finder, all);
    return all;
}

} // namespace layers::fuse
