#include "layers/fuse/fit.hpp"
#include "tests/unit/fuse/reports.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace {

using namespace reports;

struct Case {
    std::vector<Report> all;
    Finder finder;
    Surroundings surroundings;
    explicit Case(std::vector<Report> list) : all{std::move(list)}, finder{finder_of(all)}, surroundings{around(all)} {}
    FindReport find() const {
        return [this](const geo::Uuid& id) { return finder.find(id); };
    }
    std::vector<Assessed> assessed(const AssessOptions& options = {}) const {
        return assess(compare_all(finder).pairs, find(), surroundings, options);
    }
    const Assessed& between(const std::vector<Assessed>& pairs, const std::string& one,
                            const std::string& other) const {
        const auto a = geo::uuid_from_hash(one), b = geo::uuid_from_hash(other);
        for (const auto& pair : pairs)
            if (pair.pair.a == std::min(a, b) && pair.pair.b == std::max(a, b)) return pair;
        throw std::runtime_error{"no such pair"};
    }
};

double chance(const Surroundings& surroundings, const Report& around, const Report& of, double within_m,
              double within_s) {
    const auto spot = surroundings.spot(around), other = surroundings.spot(of);
    return surroundings.expected(spot, surroundings.met(spot, other.agency), other, within_m, within_s);
}

TEST(Weights, EachHasASource) {
    for (const auto& row : weight_table()) {
        EXPECT_NE(std::string{row.name}, "");
        EXPECT_GT(std::string{row.source}.size(), 5u) << row.name;
        EXPECT_EQ(table_weights()[row.weight], row.value);
    }
}

TEST(Score, IsTheSumOfItsTermsAndTheOddsOfItsProbability) {
    const Case c{many(2, 600)};
    const auto pairs = c.assessed();
    ASSERT_GT(pairs.size(), 500u);
    for (const auto& pair : pairs) {
        double sum = 0;
        for (const auto& term : explain(pair, *c.finder.find(pair.pair.a), *c.finder.find(pair.pair.b))) {
            EXPECT_FALSE(term.said.empty()) << name(term.name);
            sum += term.bits;
        }
        EXPECT_NEAR(sum, pair.score, 1e-4);
        EXPECT_NEAR(pair.probability, 1 / (1 + std::exp2(-pair.score)), 1e-9);
        EXPECT_TRUE(std::isfinite(pair.score));
    }
}

TEST(Score, OfAHiddenTermIsLeftOutAndNothingOfItIsSaid) {
    const Case c{many(3, 400)};
    HiddenTerms hidden;
    hidden.set(static_cast<std::size_t>(TermName::nationality));
    auto masked = c.all;
    for (auto& report : masked) report.nationalities.clear();
    const Case without{masked};
    const auto some = c.assessed({hidden, {}, 1}), none = without.assessed();
    ASSERT_EQ(some.size(), none.size());
    bool any = false;
    for (std::size_t i = 0; i < some.size(); ++i) {
        EXPECT_EQ(some[i].score, none[i].score) << "as if the column weren't there";
        for (const auto& term : explain(some[i], *c.finder.find(some[i].pair.a), *c.finder.find(some[i].pair.b)))
            EXPECT_NE(term.name, TermName::nationality);
        any |= some[i].pair.nationality != Match::silent;
    }
    EXPECT_TRUE(any);
}

TEST(Score, HidesTheTermsOfColumnsThatAreMasked) {
    const auto known = layers::Catalogue{}.find("reports");
    const auto& layer = *known;
    std::vector<bool> visible(layer.fields.size(), true);
    EXPECT_TRUE(hidden_terms(layer, visible).none());
    visible[*layer.find("persons")] = false;
    HiddenTerms expected;
    expected.set(static_cast<std::size_t>(TermName::nationality));
    EXPECT_EQ(hidden_terms(layer, visible), expected);
}

TEST(Score, DoesNotDependOnTheOrderOfAnything) {
    auto all = many(4, 400);
    const Case c{all};
    std::mt19937 random{5};
    std::ranges::shuffle(all, random);
    const Case shuffled{all};
    auto pairs = compare_all(shuffled.finder).pairs;
    std::ranges::shuffle(pairs, random);
    const auto one = c.assessed(), other = assess(pairs, shuffled.find(), shuffled.surroundings, {{}, {}, 3});
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].pair.a, other[i].pair.a);
        EXPECT_EQ(one[i].score, other[i].score);
        EXPECT_EQ(one[i].decision, other[i].decision);
    }
}

TEST(Score, OfACallerDependsOnNothingThatIsHiddenFromHim) {
    // What he sees, and beside it reports that he doesn't: the finder knows all, the rest is made from his.
    const auto seen = many(6, 250);
    const auto unseen = many(7, 250);
    auto everything = seen;
    everything.insert(everything.end(), unseen.begin(), unseen.end());
    const Finder all = finder_of(everything), his = finder_of(seen);
    const auto surroundings = around(seen);
    const auto find = [&](const geo::Uuid& id) { return his.find(id); };
    const auto from_all = assess(compare_all(all).pairs, find, surroundings),
               from_his = assess(compare_all(his).pairs, find, surroundings);
    ASSERT_EQ(from_all.size(), from_his.size());
    for (std::size_t i = 0; i < from_all.size(); ++i) EXPECT_EQ(from_all[i].score, from_his[i].score);
}

TEST(Surroundings, AddedAndRemovedLeaveNoTrace) {
    const auto stay = many(8, 200), pass = many(9, 2'000);
    const auto never = around(stay);
    auto came_and_went = around(stay);
    for (const auto& report : pass) came_and_went.add(report);
    for (const auto& report : pass) came_and_went.remove(report);
    EXPECT_EQ(never.reports(), came_and_went.reports());
    for (std::size_t i = 0; i + 1 < stay.size(); ++i) {
        EXPECT_EQ(chance(never, stay[i], stay[i + 1], 3'000, 7'200),
                  chance(came_and_went, stay[i], stay[i + 1], 3'000, 7'200));
        EXPECT_EQ(never.share(Surroundings::Column::kind, stay[i].kind, 0.1),
                  came_and_went.share(Surroundings::Column::kind, stay[i].kind, 0.1));
        EXPECT_EQ(never.spot(stay[i]).kind_share, came_and_went.spot(stay[i]).kind_share);
        EXPECT_EQ(never.spot(stay[i]).place_share, came_and_went.spot(stay[i]).place_share);
        EXPECT_EQ(never.count_share(stay[i], stay[i + 1], 0.1), came_and_went.count_share(stay[i], stay[i + 1], 0.1));
    }
}

TEST(Surroundings, ExpectAsManyReportsAsAreThere) {
    // One report an hour over forty days, evenly over a region: how many would come within 5 km and 12 h?
    std::mt19937 random{10};
    std::uniform_real_distribution<double> share{0, 1};
    std::vector<Report> all;
    for (int i = 0; i < 24 * 40; ++i)
        all.push_back(
            one("even " + std::to_string(i), "fc", 66 + share(random), 30 + share(random), share(random) * 24 * 40));
    const auto surroundings = around(all);
    const auto middle = one("middle", "police", 66.5, 30.5, 24 * 20), other = one("other", "fc", 66.5, 30.5, 24 * 20);
    const double area = 111'000.0 * 96'000.0, expected = M_PI * 5'000 * 5'000 / area * 24;
    EXPECT_NEAR(chance(surroundings, middle, other, 5'000, 12 * 3'600) / expected, 1, 0.5);
}

TEST(Surroundings, AgreementOnAPlaceThatManyShareSaysLess) {
    std::vector<Report> all;
    for (int i = 0; i < 300; ++i)
        all.push_back(one("stack " + std::to_string(i), i % 2 ? "fc" : "police", 66, 30, i * 6));
    all.push_back(one("a", "fc", 66, 30, 901));
    all.push_back(one("b", "police", 66, 30, 901));
    all.push_back(one("c", "fc", 68, 32, 901));
    all.push_back(one("d", "police", 68, 32, 901));
    const Case c{all};
    const auto pairs = c.assessed();
    EXPECT_GT(c.between(pairs, "c", "d").score, c.between(pairs, "a", "b").score + 4);
}

TEST(Rivals, ShareWhatOneOfThemCanHave) {
    const Case alone{{one("a", "fc", 66, 30, 10), one("b", "police", 66.001, 30, 10)}};
    const Case two{{one("a", "fc", 66, 30, 10), one("b", "police", 66.02, 30, 8), one("c", "police", 65.98, 30, 12)}};
    const auto one_pair = alone.assessed(), both = two.assessed();
    EXPECT_GT(alone.between(one_pair, "a", "b").probability, 0.9);
    const double b = two.between(both, "a", "b").probability, c = two.between(both, "a", "c").probability;
    EXPECT_LE(b + c, 1.001) << "a is at most one of the two";
    EXPECT_GT(b + c, 0.8);
}

TEST(Rivals, AnAgencysOwnDoublesAreNone) {
    auto twin = one("c", "police", 66.001, 30, 10), b = one("b", "police", 66.001, 30, 10);
    twin.content = b.content = 99;
    const Case c{{one("a", "fc", 66, 30, 10), b, twin}};
    const auto pairs = c.assessed();
    EXPECT_GT(c.between(pairs, "b", "c").probability, 0.95) << "sent again under a new number";
    EXPECT_NE(c.between(pairs, "b", "c").decision, Decision::identical) << "which a person is to judge";
    EXPECT_GT(c.between(pairs, "a", "b").probability, 0.9);
    EXPECT_GT(c.between(pairs, "a", "c").probability, 0.9);
}

TEST(Company, AThirdReportThatFitsBothSpeaksForThem) {
    // a and b lie at the edge of what is likely, c between them.
    const auto a = one("a", "fc", 66, 30, 10), c = one("c", "levies", 66.0000, 30.0155, 12);
    const auto b = one("b", "police", 66, 30.031, 14);
    const Case without{{a, b}}, with{{a, b, c}};
    const auto two = without.assessed(), three = with.assessed();
    EXPECT_GT(with.between(three, "a", "b").bits[static_cast<std::size_t>(TermName::company)], 0);
    EXPECT_GT(with.between(three, "a", "b").probability, without.between(two, "a", "b").probability);
}

TEST(Decision, OfAnAreaOrAPeriodAgainstAPointIsAPersons) {
    auto province = one("p", "police", 66, 30, 10);
    province.geo_precision_m = 150'000;
    province.to = at(31 * 24);
    const Case c{{one("a", "fc", 66, 30, 10), province}};
    EXPECT_EQ(c.assessed().at(0).decision, Decision::person);
}

TEST(Decision, IsIdenticalOnlyForIdenticalReports) {
    auto again = one("b", "fc", 66, 30, 10);
    again.source_ref = "a";
    const Case c{{one("a", "fc", 66, 30, 10), again, one("c", "police", 66, 30, 10)}};
    const auto pairs = c.assessed();
    EXPECT_EQ(c.between(pairs, "a", "b").decision, Decision::identical);
    EXPECT_NE(c.between(pairs, "a", "c").decision, Decision::identical);
}

TEST(Decision, FollowsTheProbability) {
    const Case c{many(12, 600)};
    std::array<int, 5> met{};
    for (const auto& pair : c.assessed()) {
        ++met[static_cast<std::size_t>(pair.decision)];
        if (pair.pair.area_against_point) {
            EXPECT_EQ(pair.decision, Decision::person);
        } else {
            EXPECT_EQ(pair.decision, pair.probability >= 0.95  ? Decision::strong
                                     : pair.probability >= 0.5 ? Decision::review
                                                               : Decision::apart);
        }
    }
    EXPECT_GT(met[static_cast<std::size_t>(Decision::review)], 0);
    EXPECT_GT(met[static_cast<std::size_t>(Decision::apart)], 0);
}

TEST(Fit, LeavesTheTableNearlyAsItIsForAFewReportsAndIsTheSameInAnyOrder) {
    auto all = many(13, 300);
    const Case c{all};
    std::ranges::reverse(all);
    const Case turned{all};
    const auto one_way = fit(compare_all(c.finder).pairs, c.find(), c.surroundings),
               other_way = fit(compare_all(turned.finder).pairs, turned.find(), turned.surroundings, 2);
    for (const auto& row : weight_table())
        EXPECT_EQ(one_way.common()[row.weight], other_way.common()[row.weight]) << row.name;
    const Case few{{one("a", "fc", 66, 30, 10), one("b", "police", 66, 30, 10)}};
    const auto weights = fit(compare_all(few.finder).pairs, few.find(), few.surroundings);
    EXPECT_NEAR(weights.common()[Weight::prior_other_agency], table_weights()[Weight::prior_other_agency], 0.1);
}

} // namespace
