#include "layers/fuse/bulk.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace layers::fuse {
namespace {

constexpr std::size_t kPiece = 64; // reports at a time

struct Part {
    std::vector<Comparison> pairs;
    std::vector<geo::Uuid> over_the_cap;
    std::size_t dropped = 0;
};

void ask(const Finder& finder, const Report& report, Part& part) {
    auto found = finder.candidates(report);
    if (found.dropped > 0) {
        part.over_the_cap.push_back(report.id);
        part.dropped += found.dropped;
    }
    // Both of its reports know a pair, unless it fell off one's cap: kept from the side of `a`, and from b's side where
    // a's may have dropped it.
    for (const auto& pair : found.pairs) part.pairs.push_back(pair);
}

} // namespace

BulkPairs compare_all(const Finder& finder, const BulkOptions& options) {
    const auto reports = finder.all();
    const unsigned threads = std::max(1u, options.threads);
    std::vector<Part> parts(threads);
    std::atomic<std::size_t> next = 0;
    std::mutex telling;
    const auto work = [&](Part& part) {
        for (std::size_t begin = next.fetch_add(kPiece); begin < reports.size(); begin = next.fetch_add(kPiece)) {
            if (options.stop.stop_requested()) return;
            for (std::size_t i = begin; i < std::min(reports.size(), begin + kPiece); ++i)
                ask(finder, *reports[i], part);
            if (!options.progress) continue;
            const std::lock_guard lock{telling};
            options.progress(static_cast<double>(std::min(next.load(), reports.size())) /
                             static_cast<double>(reports.size()));
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < threads; ++i) others.emplace_back([&, i] { work(parts[i]); });
        work(parts[0]);
    }
    if (options.stop.stop_requested())
        throw geo::Error{geo::ErrorCode::cancelled, "stopped before all reports were compared"};

    BulkPairs all;
    for (auto& part : parts) {
        all.pairs.insert(all.pairs.end(), part.pairs.begin(), part.pairs.end());
        all.over_the_cap.insert(all.over_the_cap.end(), part.over_the_cap.begin(), part.over_the_cap.end());
        all.dropped += part.dropped;
        part = {};
    }
    std::ranges::sort(all.over_the_cap);
    std::ranges::sort(all.pairs, [](const auto& one, const auto& other) {
        return one.a != other.a ? one.a < other.a : one.b < other.b;
    });
    all.pairs.erase(
        std::ranges::unique(all.pairs,
                            [](const auto& one, const auto& other) { return one.a == other.a && one.b == other.b; })
            .begin(),
        all.pairs.end());
    return all;
}

} // namespace layers::fuse
