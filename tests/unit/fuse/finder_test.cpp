#include "tests/unit/fuse/reports.hpp"

#include "geo/error.hpp"

#include <gtest/gtest.h>

namespace {

using namespace reports;

std::vector<Comparison> by_hand(const Report& report, const std::vector<Report>& all) {
    std::vector<Comparison> pairs;
    for (const auto& other : all)
        if (const auto pair = compare(report, other)) pairs.push_back(*pair);
    std::ranges::sort(pairs, [](const auto& x, const auto& y) { return std::tuple{x.a, x.b} < std::tuple{y.a, y.b}; });
    return pairs;
}

void expect_same(const std::vector<Comparison>& one, const std::vector<Comparison>& other) {
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same(one[i], other[i])) << i;
}

// Anywhere on earth, poles and antimeridian too, of any precision.
std::vector<Report> everywhere(unsigned seed, std::size_t count) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> share{0, 1};
    std::vector<Report> all;
    for (std::size_t i = 0; i < count; ++i) {
        const std::array<geo::Point, 4> heaps{{{179.9, 52}, {-179.9, -17}, {12, 89.8}, {66, 30}}};
        const auto heap = heaps[random() % heaps.size()];
        auto report = one("w " + std::to_string(i), random() % 2 ? "fc" : "police",
                          std::remainder(heap.x + share(random) - 0.5, 360.0),
                          std::min(90.0, heap.y + share(random) * 0.4), share(random) * 400);
        if (random() % 8 == 0) report.geo_precision_m = 20'000 * std::pow(40, share(random));
        if (random() % 8 == 0) report.to.us += static_cast<std::int64_t>(share(random) * 90 * 86'400e6);
        if (random() % 8 == 0) report.at.x = std::remainder(report.at.x + 180, 360.0);
        all.push_back(std::move(report));
    }
    return all;
}

TEST(Finder, FindsWhatComparingWithEveryoneFinds) {
    for (unsigned seed = 0; seed < 2; ++seed) {
        auto all = many(20 + seed, 300);
        const auto far = everywhere(30 + seed, 450);
        all.insert(all.end(), far.begin(), far.end());
        const auto finder = finder_of(all);
        std::size_t found = 0;
        for (const auto& report : all) {
            const auto candidates = finder.candidates(report);
            expect_same(candidates.pairs, by_hand(report, all));
            found += candidates.pairs.size();
        }
        EXPECT_GT(found, 1'000u);
    }
}

TEST(Finder, AddedAndRemovedLeaveNoTrace) {
    const auto stay = many(40, 300), pass = everywhere(41, 700);
    auto finder = finder_of(stay);
    for (const auto& report : pass) finder.add(report);
    for (const auto& report : pass) finder.remove(report.id);
    finder.remove(geo::uuid_from_hash("nobody"));
    EXPECT_EQ(finder.size(), stay.size());
    EXPECT_EQ(finder.find(pass.front().id), nullptr);
    for (const auto& report : stay) expect_same(finder.candidates(report).pairs, by_hand(report, stay));
}

TEST(Finder, AReportAddedAgainReplacesItself) {
    auto report = one("a", "fc", 66, 30, 10);
    Finder finder;
    finder.add(report);
    finder.add(one("b", "police", 66, 30, 10));
    report.at = {70, 34};
    finder.add(report);
    EXPECT_EQ(finder.size(), 2u);
    EXPECT_TRUE(finder.candidates(report).pairs.empty());
    EXPECT_EQ(finder.find(report.id)->at, report.at);
}

TEST(Finder, AnAgencysOwnReferenceIsFoundWhereverItMoved) {
    auto moved = one("b", "fc", 70, 34, 5'000);
    moved.source_ref = "a";
    const auto finder = finder_of({one("a", "fc", 66, 30, 10)});
    ASSERT_EQ(finder.candidates(moved).pairs.size(), 1u);
    EXPECT_TRUE(finder.candidates(moved).pairs[0].identical);
}

TEST(Finder, KeepsTheNearestThousandAndSaysHowManyItLeftOut) {
    std::vector<Report> all;
    for (int i = 0; i < 1'500; ++i) all.push_back(one("heap " + std::to_string(i), "fc", 66, 30 + i * 1e-5, 10));
    const auto finder = finder_of(all);
    const auto found = finder.candidates(one("new", "police", 66, 30, 10));
    EXPECT_EQ(found.pairs.size(), Finder::kMostCandidates);
    EXPECT_EQ(found.dropped, 500u);
    for (const auto& pair : found.pairs) EXPECT_LT(pair.distance_m, 1'115);
}

TEST(Finder, TwoHundredReportsOnOneCoordinateAreAllCandidates) {
    std::vector<Report> all;
    for (int i = 0; i < 200; ++i) all.push_back(one("pile " + std::to_string(i), i % 2 ? "fc" : "police", 66, 30, 10));
    const auto finder = finder_of(all);
    EXPECT_EQ(finder.candidates(all[0]).pairs.size(), 199u);
    const auto pairs = assess(
        compare_all(finder).pairs, [&](const geo::Uuid& id) { return finder.find(id); }, around(all));
    EXPECT_EQ(pairs.size(), 199u * 200 / 2);
    for (const auto& pair : pairs) EXPECT_LT(pair.probability, 0.5) << "nobody can tell which of a hundred is which";
}

TEST(Finder, TakesAReportFromTomorrowAndFromTheEndsOfTime) {
    auto future = one("future", "fc", 66, 30, 0), past = one("past", "police", 66, 30, 0);
    future.from = future.to = {253'402'300'799'000'000}; // the last second of the year 9999
    past.from = past.to = {-62'135'596'800'000'000};     // the first of the year 1
    const auto finder = finder_of({future, past, one("now", "levies", 66, 30, 0)});
    EXPECT_TRUE(finder.candidates(future).pairs.empty());
    auto always = one("always", "customs", 66, 30, 0);
    always.from = past.from;
    always.to = future.to;
    EXPECT_EQ(finder.candidates(always).pairs.size(), 3u);
}

TEST(Finder, AMonthAndProvinceMeetsAllThatMayBeOfIt) {
    auto province = one("province", "police", 66, 30, 0);
    province.geo_precision_m = 300'000;
    province.to = at(31 * 24);
    complete(province);
    auto all = std::vector{province, one("in", "fc", 68, 31, 500), one("late", "fc", 68, 31, 1'000),
                           one("far", "fc", 78, 36, 500)};
    const auto finder = finder_of(all);
    const auto found = finder.candidates(province);
    ASSERT_EQ(found.pairs.size(), 1u);
    EXPECT_TRUE(found.pairs[0].area_against_point);
    EXPECT_EQ(finder.candidates(all[1]).pairs.size(), 1u);
}

TEST(Bulk, IsTheSameAsAskingForEachReport) {
    auto all = many(50, 1'500, 20);
    for (int i = 0; i < 1'200; ++i)
        all.push_back(one("heap " + std::to_string(i), "fc", 66, 30 + i * 1e-5, 10)); // over the cap
    const auto finder = finder_of(all);
    std::vector<Comparison> each;
    for (const auto& report : all) {
        const auto found = finder.candidates(report).pairs;
        each.insert(each.end(), found.begin(), found.end());
    }
    const auto key = [](const Comparison& c) { return std::tuple{c.a, c.b}; };
    std::ranges::sort(each, {}, key);
    each.erase(std::ranges::unique(each, {}, key).begin(), each.end());
    const auto bulk = compare_all(finder, {3, {}, {}});
    expect_same(bulk.pairs, each);
    EXPECT_GT(bulk.dropped, 0u);
    EXPECT_FALSE(bulk.over_the_cap.empty());
    expect_same(compare_all(finder, {1, {}, {}}).pairs, bulk.pairs);
}

TEST(Bulk, TellsHowFarItIsAndStopsWhenAsked) {
    const auto finder = finder_of(many(51, 1'000));
    double last = 0;
    compare_all(finder, {2, [&](double share) { last = std::max(last, share); }, {}});
    EXPECT_DOUBLE_EQ(last, 1);
    std::stop_source stop;
    stop.request_stop();
    try {
        compare_all(finder, {2, {}, stop.get_token()});
        FAIL() << "it should have stopped";
    } catch (const geo::Error& error) {
        EXPECT_EQ(error.code, geo::ErrorCode::cancelled);
    }
}

TEST(Bulk, AChainOfAThousandIsComparedLinkByLink) {
    std::vector<Report> all;
    for (int i = 0; i < 1'000; ++i)
        all.push_back(one("chain " + std::to_string(i), i % 2 ? "fc" : "police", 66 + i * 0.02, 30, i * 3.0));
    const auto finder = finder_of(all);
    const auto pairs = assess(
        compare_all(finder).pairs, [&](const geo::Uuid& id) { return finder.find(id); }, around(all));
    EXPECT_GE(pairs.size(), 999u);
    EXPECT_LT(pairs.size(), 5'000u);
}

} // namespace
