// How fast reports find their like: candidates of a new report among a million, all pairs of a hundred thousand. Prints
// one line a figure. fuse_bench [REPORTS_INDEXED REPORTS_IN_BULK]
#include "layers/fuse/bulk.hpp"
#include "layers/fuse/fit.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace {

using namespace layers::fuse;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A year of reports of six agencies: half of them about two hundred places along a line of 2,500 km.
Report random_report(std::mt19937& random, std::size_t number) {
    std::uniform_real_distribution<double> share{0, 1};
    std::normal_distribution<double> spread{0, 0.05};
    const double along = share(random) < 0.5 ? static_cast<double>(random() % 200) / 200 : share(random);
    Report report;
    report.id = geo::uuid_from_hash("bench " + std::to_string(number));
    report.agency = std::string{"agency "} + static_cast<char>('a' + random() % 6);
    report.kind = random() % 3 ? "som" : "narcotics";
    report.at = {61 + along * 12 + spread(random), 25 + along * 11 + spread(random)};
    report.geo_precision_m = random() % 3 ? 1'000 + static_cast<double>(random() % 4'000) : 0;
    if (random() % 200 == 0) report.geo_precision_m = 60'000;
    report.from = report.to = {1'924'992'000'000'000 + static_cast<std::int64_t>(share(random) * 365 * 86'400e6)};
    report.time_precision_s = random() % 3 ? 3'600 * static_cast<double>(1 + random() % 12) : 0;
    report.count_min = report.count_max = static_cast<std::int64_t>(random() % 12);
    complete(report);
    return report;
}

void fill(std::size_t count, unsigned seed, Finder& finder, Surroundings* surroundings) {
    std::mt19937 random{seed};
    for (std::size_t i = 0; i < count; ++i) {
        auto report = random_report(random, i);
        if (surroundings != nullptr) surroundings->add(report);
        finder.add(std::move(report));
    }
}

void candidates(std::size_t reports) {
    Finder finder;
    auto begin = Clock::now();
    fill(reports, 1, finder, nullptr);
    std::printf("index of %zu reports: %.0f ms\n", reports, ms_since(begin));
    std::mt19937 random{2};
    std::vector<double> times;
    std::size_t found = 0;
    for (std::size_t i = 0; i < 2'000; ++i) {
        const auto report = random_report(random, reports + i);
        begin = Clock::now();
        found += finder.candidates(report).pairs.size();
        times.push_back(ms_since(begin));
    }
    std::ranges::sort(times);
    std::printf("candidates of one report among %zu: median %.3f ms, p95 %.3f ms, max %.3f ms, mean %.0f found\n",
                reports, times[times.size() / 2], times[times.size() * 95 / 100], times.back(),
                static_cast<double>(found) / 2'000);
}

void bulk(std::size_t reports) {
    Finder finder;
    Surroundings surroundings;
    const auto begin = Clock::now();
    fill(reports, 3, finder, &surroundings);
    std::printf("bulk of %zu: index and surroundings %.0f ms", reports, ms_since(begin));
    auto step = Clock::now();
    const auto pairs = compare_all(finder);
    std::printf(", %zu pairs compared %.0f ms (%zu dropped)", pairs.pairs.size(), ms_since(step), pairs.dropped);
    const auto find = [&](const geo::Uuid& id) { return finder.find(id); };
    step = Clock::now();
    const auto weights = fit(pairs.pairs, find, surroundings, 2);
    std::printf(", fitted %.0f ms", ms_since(step));
    step = Clock::now();
    const auto all = assess(pairs.pairs, find, surroundings, {{}, std::cref(weights), 2});
    std::printf(", assessed %.0f ms; together %.0f ms\n", ms_since(step), ms_since(begin));
}

} // namespace

int main(int argc, char** argv) {
    candidates(argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 1'000'000);
    bulk(argc > 2 ? static_cast<std::size_t>(std::atoll(argv[2])) : 100'000);
}
