#include "layers/fuse/place_name.hpp"
#include "tests/unit/fuse/reports.hpp"

#include <gtest/gtest.h>

namespace {

using namespace reports;

TEST(Gate, IsTwiceTheSpreadAndTwoKilometres) {
    EXPECT_DOUBLE_EQ(gate_m(0, 0), 2'000);
    EXPECT_DOUBLE_EQ(gate_m(3'000, 4'000), 12'000);
    EXPECT_DOUBLE_EQ(gate_m(4'000, 3'000), 12'000);
}

TEST(Gate, PassesUpToItsRadiusAndNotBeyond) {
    const auto a = one("a", "fc", 66, 30, 10);
    const double radius = gate_m(1'000, 1'000);
    auto b = one("b", "police", 66, 30, 10);
    b.at = north_of(a.at, radius - 1);
    EXPECT_TRUE(compare(a, b));
    b.at = north_of(a.at, radius + 1);
    EXPECT_FALSE(compare(a, b));
    b.at = geo::direct(a.at, 73, radius - 1);
    EXPECT_TRUE(compare(a, b));
    b.at = geo::direct(a.at, 73, radius + 1);
    EXPECT_FALSE(compare(a, b));
}

TEST(Gate, ReachesPastTheBlockWherePrecisionIsPoor) {
    const auto a = one("a", "fc", 66, 30, 10);
    auto b = one("b", "police", 66, 30, 10);
    b.geo_precision_m = 100'000;
    b.at = north_of(a.at, 150'000);
    EXPECT_TRUE(compare(a, b));
}

TEST(Gate, PassesTimesThatMeetWithinPrecisionAndHalfADay) {
    const auto a = one("a", "fc", 66, 30, 100); // each is right to an hour
    EXPECT_TRUE(compare(a, one("b", "police", 66, 30, 100 + 14 - 0.01)));
    EXPECT_FALSE(compare(a, one("b", "police", 66, 30, 100 + 14 + 0.01)));
    auto period = one("b", "police", 66, 30, 100 - 20);
    period.to = at(100 - 13.9);
    EXPECT_TRUE(compare(a, period));
    period.to = at(100 - 14.1);
    EXPECT_FALSE(compare(a, period));
}

TEST(Gate, WithoutStatedPrecisionReachesTheWholeBlock) {
    auto a = one("a", "fc", 66, 30, 24), b = one("b", "police", 66, 30, 24 + 36);
    b.geo_precision_m = b.time_precision_s = 0;
    complete(b);
    b.at = north_of(a.at, kBlock_m);
    EXPECT_TRUE(compare(a, b)) << "a day and a half and 35 km from a report that doesn't say how exact it is";
}

TEST(Gate, MeetsAcrossTheAntimeridian) {
    const auto pair = compare(one("a", "fc", 179.995, 51, 10), one("b", "police", -179.995, 51, 10));
    ASSERT_TRUE(pair);
    EXPECT_NEAR(pair->distance_m, 702, 5);
}

TEST(Compare, IsSymmetric) {
    const auto all = many(1, 400);
    std::size_t pairs = 0;
    for (const auto& a : all) {
        for (const auto& b : all) {
            const auto one_way = compare(a, b), other_way = compare(b, a);
            ASSERT_EQ(one_way.has_value(), other_way.has_value());
            if (!one_way) continue;
            EXPECT_TRUE(same(*one_way, *other_way));
            ++pairs;
        }
    }
    EXPECT_GT(pairs, 500u);
}

TEST(Compare, NeverPairsAReportWithItself) {
    const auto a = one("a", "fc", 66, 30, 10);
    EXPECT_FALSE(compare(a, a));
}

TEST(Compare, SaysNothingWhereAFieldIsMissing) {
    auto a = one("a", "fc", 66, 30, 10), b = one("b", "police", 66, 30, 10);
    a.kind.clear();
    const auto pair = compare(a, b);
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->kind, KindMatch::silent);
    EXPECT_EQ(pair->count, CountMatch::silent);
    EXPECT_EQ(pair->nationality, Match::silent);
    EXPECT_EQ(pair->transport, Match::silent);
    EXPECT_EQ(pair->commodity, Match::silent);
    EXPECT_LT(pair->place_likeness, 0);
}

TEST(Compare, IdenticalIsTheSameReferenceOfTheSameAgencyHoweverFarApart) {
    auto a = one("a", "fc", 66, 30, 10), b = one("b", "fc", 70, 34, 1'000);
    b.source_ref = a.source_ref;
    ASSERT_TRUE(compare(a, b));
    EXPECT_TRUE(compare(a, b)->identical);
    b.agency = "police";
    EXPECT_FALSE(compare(a, b)) << "another agency's number means nothing";
    a.agency = b.agency = "";
    EXPECT_FALSE(compare(a, b)) << "no agency is not the same agency";
}

TEST(Compare, TheSameWordsUnderAnotherNumberAreAResubmissionAndWithoutNumbersIdentical) {
    auto a = one("a", "fc", 66, 30, 10), b = one("b", "fc", 66, 30, 10);
    a.content = b.content = 7;
    EXPECT_TRUE(compare(a, b)->resubmission);
    EXPECT_FALSE(compare(a, b)->identical);
    a.source_ref = b.source_ref = "";
    EXPECT_TRUE(compare(a, b)->identical);
    b.agency = "police";
    EXPECT_FALSE(compare(a, b)->identical);
    EXPECT_FALSE(compare(a, b)->resubmission);
}

TEST(Compare, KnowsAnAreaOrAPeriodAgainstAPoint) {
    const auto point = one("a", "fc", 66, 30, 10);
    auto other = one("b", "police", 66, 30, 10);
    EXPECT_FALSE(compare(point, other)->area_against_point);
    other.geo_precision_m = 50'000; // a district
    EXPECT_TRUE(compare(point, other)->area_against_point);
    other = one("b", "police", 66, 30, 10);
    other.extent_m = 5'000;
    EXPECT_TRUE(compare(point, other)->area_against_point);
    other = one("b", "police", 66, 30, 0);
    other.to = at(30 * 24);
    EXPECT_TRUE(compare(point, other)->area_against_point);
    other = one("b", "police", 66, 30, 10);
    other.geo_precision_m = 0;
    complete(other);
    EXPECT_FALSE(compare(point, other)->area_against_point) << "not stated is not an area";
}

TEST(Kinds, AreNearByWhatTheyHaveInCommon) {
    EXPECT_EQ(match_kinds("som", "som"), KindMatch::same);
    EXPECT_EQ(match_kinds("crossing", "crossing_attempt"), KindMatch::sibling);
    EXPECT_EQ(match_kinds("som", "tip"), KindMatch::family);
    EXPECT_EQ(match_kinds("som", "narcotics"), KindMatch::unrelated);
    EXPECT_EQ(match_kinds("", "som"), KindMatch::silent);
    EXPECT_EQ(match_kinds("Boarded", "Boarded"), KindMatch::same);
    EXPECT_EQ(match_kinds("Boarded", "som"), KindMatch::silent) << "another list's words say nothing against";
    EXPECT_FALSE(compatible_kinds("deportation", "offload"));
    EXPECT_FALSE(compatible_kinds("ied", "deportation"));
    EXPECT_TRUE(compatible_kinds("som", "narcotics"));
}

TEST(Counts, OverlapAreNearOrFar) {
    auto a = one("a", "fc", 66, 30, 10), b = one("b", "police", 66, 30, 10);
    const auto match = [&](std::int64_t low_a, std::int64_t high_a, std::int64_t low_b, std::int64_t high_b) {
        a.count_min = low_a, a.count_max = high_a, b.count_min = low_b, b.count_max = high_b;
        return compare(a, b)->count;
    };
    EXPECT_EQ(match(3, 5, 5, 9), CountMatch::overlap);
    EXPECT_EQ(match(10, 10, 12, 12), CountMatch::near);
    EXPECT_EQ(match(1, 2, 40, 50), CountMatch::far);
    a.count_min.reset();
    a.count_max = 45;
    EXPECT_EQ(compare(a, b)->count, CountMatch::overlap);
}

TEST(PlaceNames, AreTheSameOverSpellings) {
    const auto likeness = [](const char* a, const char* b) { return place_similarity(place_key(a), place_key(b)); };
    for (const auto& [a, b] : {std::pair{"Gawadar", "Gwadar"},
                               {"Bella", "Bela"},
                               {"TORKHAM", "Torkham border crossing"},
                               {"Ghulam Khan", "Ghulamkhan"},
                               {"Quetta town", "Quetta"},
                               {"Chaman", "چمن"},
                               {"Gwadar", "گوادر"},
                               {"Peshāwar", "Peshawar"}})
        EXPECT_GE(likeness(a, b), 0.85) << a << ' ' << b;
    for (const auto& [a, b] :
         {std::pair{"Torkham", "Chaman"}, {"Karachi", "Kalat"}, {"Quetta town", "Bara town"}, {"Mand", "Bannu"}})
        EXPECT_LT(likeness(a, b), 0.55) << a << ' ' << b;
    EXPECT_EQ(likeness("", "Torkham"), 0);
    EXPECT_EQ(place_key("District"), "district") << "a common word alone is still a name";
}

TEST(PlaceNames, SimilarityIsSymmetricAndInBounds) {
    const std::vector<std::string> names{
        "Gawadar", "Ghulam Khan", "Tirah valley", "a", "", "طورخم", "Mir Ali, North Waziristan", "\xff\xfe"};
    for (const auto& a : names) {
        for (const auto& b : names) {
            const double likeness = place_similarity(place_key(a), place_key(b));
            EXPECT_EQ(likeness, place_similarity(place_key(b), place_key(a)));
            EXPECT_GE(likeness, 0);
            EXPECT_LE(likeness, 1);
        }
    }
}

TEST(Complete, DoesNothingMoreTheSecondTime) {
    auto report = one("a", "fc", 66, 30, 0);
    report.geo_precision_m = report.time_precision_s = 0;
    report.place = "Chaman";
    complete(report);
    EXPECT_TRUE(report.place_guessed && report.time_guessed);
    EXPECT_EQ(report.length_s(), 86'400) << "midnight without a precision is a date";
    auto again = report;
    complete(again);
    EXPECT_EQ(std::tuple(again.from, again.to, again.geo_precision_m, again.time_precision_s, again.place_key),
              std::tuple(report.from, report.to, report.geo_precision_m, report.time_precision_s, report.place_key));
    auto mapped = one("b", "fc", 66, 30, 5);
    mapped.geo_precision_m = 0;
    complete(mapped, "map");
    EXPECT_EQ(mapped.geo_precision_m, 2'000);
    EXPECT_FALSE(mapped.place_guessed);
}

} // namespace
