// Silence with numbers worked by hand, and what must change nothing in it.
#include "layers/fuse/silence.hpp"
#include "layers/fuse/silence_inputs.hpp"
#include "layers/model/built_in.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace {

using namespace layers;
using namespace layers::fuse;

constexpr std::int64_t kHour_us = 3'600'000'000;

geo::Instant day(double days) {
    return {geo::from_rfc3339("2026-01-01T00:00:00Z")->us + std::llround(days * 24) * kHour_us};
}

Heard heard(double at_day, double delay_h = 1) {
    return {day(at_day), {day(at_day).us + std::llround(delay_h * static_cast<double>(kHour_us))}};
}

const SilenceArea kHere{"IRN-1", 2};
const SilenceArea kThere{"IRN-1", 3};

Presence every(double step_days, double until_day, double delay_h = 1) {
    Presence presence;
    for (double at = 0; at <= until_day; at += step_days) presence.heard.push_back(heard(at, delay_h));
    return presence;
}

Silence only(const std::map<SilenceArea, Presence>& areas, double now_day, double window_days = 365) {
    const auto rows = silence_of(areas, {day(now_day), window_days});
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? Silence{} : rows.front();
}

TEST(Silence, AnAreaIsAPieceOf50KilometresAndASmallRestBelongsToTheLast) {
    const auto area = [](double along_m, double length_m) { return silence_area("IRN-1", along_m, length_m).number; };
    EXPECT_EQ(area(0, 1e6), 0);
    EXPECT_EQ(area(49'999, 1e6), 0);
    EXPECT_EQ(area(50'000, 1e6), 1);
    EXPECT_EQ(area(1'004'000, 1'005'000), 19) << "five kilometres are no area of their own";
    EXPECT_EQ(area(1'004'000, 1'030'000), 20);
    EXPECT_EQ(area(9'000, 10'000), 0);
    EXPECT_EQ(area(1'004'000, 0), 20) << "of unknown length";
    EXPECT_EQ(silence_area_end_m({"IRN-1", 19}, 1'005'000), 1'005'000);
    EXPECT_EQ(silence_area_end_m({"IRN-1", 18}, 1'005'000), 950'000);
    EXPECT_EQ(silence_area_end_m({"IRN-1", 20}, 0), 1'050'000);
    EXPECT_EQ(silence_area("", 123, 0), SilenceArea{}) << "off the line there is no kilometre";
}

// Inland an agency may report ten times as much: that is no measure for a stretch of the line.
TEST(Silence, WhatIsOffTheLineIsNoPartOfTheMean) {
    const auto alone = silence_of({{kHere, every(10, 100)}}, {day(130)});
    const auto with_inland = silence_of({{SilenceArea{}, every(1, 100)}, {kHere, every(10, 100)}}, {day(130)});
    ASSERT_EQ(with_inland.size(), 2u);
    EXPECT_EQ(with_inland[1].rate_per_day, alone[0].rate_per_day);
    EXPECT_GT(*with_inland[0].rate_per_day, 0.5);
    EXPECT_TRUE(silence_of({{SilenceArea{}, every(1, 100)}}, {day(130)})[0].probability) << "or where there is no line";
}

// Ten reports in the hundred days before the last one: a rate of 0.1 a day in every area (there is one), so prior and
// data agree; posterior shape 1 + 10, rate 1 / 0.1 + 100 = 110 days. Thirty days on, delays of an hour known for only
// eleven reports and so not counted: expected 0.1 * 30 = 3; chance (110 / 140)^11 = 0.0704.
TEST(Silence, MeasuresAgainstTheUsualRate) {
    const auto row = only({{kHere, every(10, 100)}}, 130);
    EXPECT_EQ(row.habit, 10);
    EXPECT_EQ(row.reports, 11);
    EXPECT_NEAR(*row.rate_per_day, 0.1, 1e-12);
    EXPECT_NEAR(*row.usual_interval_h, 240, 1e-9);
    EXPECT_NEAR(*row.silent_h, 720, 1e-9);
    EXPECT_NEAR(*row.expected, 3, 1e-9);
    EXPECT_NEAR(*row.probability, std::pow(110.0 / 140, 11), 1e-12);
    EXPECT_EQ(row.status, SilenceStatus::reporting);
    EXPECT_EQ(row.said,
              "Last report 30 days ago, usually one in 10 days; 3.0 were to be expected since. Chance of such "
              "a silence: 7.0 %.");
    EXPECT_EQ(only({{kHere, every(10, 100)}}, 140).status, SilenceStatus::quiet);  // (110/150)^11 = 0.033
    EXPECT_EQ(only({{kHere, every(10, 100)}}, 170).status, SilenceStatus::silent); // (110/180)^11 = 0.0044
}

// A second area with one report in the same hundred days: 11 reports in 200 area-days, a mean of 0.055 a day. Its own
// estimate, 1 in 100, is drawn towards that: (1 + 1) / (1 / 0.055 + 100) = 0.01692.
TEST(Silence, FewReportsAreDrawnTowardsTheAgencysMean) {
    Presence rare;
    rare.heard = {heard(100)};
    const auto rows = silence_of({{kHere, every(10, 100)}, {kThere, rare}}, {day(130)});
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_NEAR(*rows[0].rate_per_day, (1 + 10) / (1 / 0.055 + 100), 1e-12);
    EXPECT_NEAR(*rows[1].rate_per_day, (1 + 1) / (1 / 0.055 + 100), 1e-12);
    EXPECT_FALSE(rows[1].usual_interval_h) << "one report has no interval";
}

// The silence to be judged is no part of the habit, however long; nor is what lies beyond the window before it.
TEST(Silence, TheHabitEndsWithTheLastReport) {
    const auto soon = only({{kHere, every(10, 100)}}, 110);
    const auto years_on = only({{kHere, every(10, 100)}}, 2000);
    EXPECT_EQ(soon.rate_per_day, years_on.rate_per_day);
    EXPECT_EQ(years_on.reports, 0);
    EXPECT_EQ(years_on.status, SilenceStatus::silent);
    EXPECT_EQ(only({{kHere, every(10, 100)}}, 130, 50).habit, 5);
}

// Thirty reports, each handed in five days late: of the last eight days, three count.
TEST(Silence, WhatIsUsuallyLateIsNotMissedTooEarly) {
    const auto row = only({{kHere, every(1, 29, 120)}}, 37);
    EXPECT_EQ(row.lateness, Lateness::known);
    EXPECT_NEAR(*row.rate_per_day, 1, 1e-12);
    EXPECT_NEAR(*row.expected, 3, 1e-9);
    EXPECT_NEAR(*only({{kHere, every(1, 29, 0)}}, 37).expected, 8, 1e-9);
}

TEST(Silence, SaysHowLateAnAgencyReports) {
    Presence presence;
    const double delays_h[] = {1, 2, 3, 4, 100, 200};
    for (int i = 0; i < 6; ++i) presence.heard.push_back(heard(10.0 * i, delays_h[i]));
    const auto row = only({{kHere, presence}}, 60);
    EXPECT_EQ(row.lateness, Lateness::known);
    EXPECT_NEAR(*row.late_median_h, 3.5, 1e-9);
    EXPECT_NEAR(*row.late_p90_h, 150, 1e-9); // between the 5th and the 6th of six
    EXPECT_NEAR(*row.late_share, 2.0 / 6, 1e-12);
    EXPECT_NE(row.said.find("33 % came later than 72 h."), std::string::npos) << row.said;
    presence.heard.resize(4);
    EXPECT_EQ(only({{kHere, presence}}, 60).lateness, Lateness::too_few);
}

TEST(Silence, AnArchiveLoadedAtOnceSaysNothingAboutLateness) {
    Presence presence;
    for (int i = 0; i < 40; ++i) presence.heard.push_back({day(i), {day(50).us + i * 50'000}});
    const auto archive = only({{kHere, presence}}, 55);
    EXPECT_EQ(archive.lateness, Lateness::imported_at_once);
    EXPECT_FALSE(archive.late_median_h || archive.late_share);
    EXPECT_NEAR(*archive.expected, 16, 1e-9) << "the span from day 39 counts whole: no delay is known";

    // A unit that comes back from a week without a link hands in late, and it shows.
    for (int i = 0; i < 40; ++i) presence.heard[static_cast<std::size_t>(i)].at = day(43 + i / 6.0);
    EXPECT_EQ(only({{kHere, presence}}, 55).lateness, Lateness::known);
}

TEST(Silence, NeverIsSaidOfThoseWhoAreThereAndSilentOfNobodyElse) {
    Presence post;
    post.check_posts = 2;
    post.patrols = 1;
    const auto row = only({{kHere, post}}, 10);
    EXPECT_EQ(row.status, SilenceStatus::never);
    EXPECT_FALSE(row.last || row.probability || row.expected);
    EXPECT_EQ(row.said, "2 check posts and 1 patrol in the window, but no report ever.");
    EXPECT_TRUE(silence_of({{kHere, Presence{}}}, {day(10)}).empty());
    Presence tomorrow;
    tomorrow.heard = {heard(11)};
    EXPECT_TRUE(silence_of({{kHere, tomorrow}}, {day(10)}).empty()) << "a report from tomorrow is none yet";
}

TEST(Silence, TooFewReportsMakeNothingUsualAndNothingSafe) {
    Presence two;
    two.heard = {heard(0), heard(5)};
    const auto row = only({{kHere, two}}, 300);
    EXPECT_EQ(row.status, SilenceStatus::quiet);
    EXPECT_FALSE(row.probability);
    EXPECT_EQ(row.said, "Last report 295 days ago. Too few reports of this agency to know what is usual.");
    Presence at_once; // all of one moment
    for (int i = 0; i < 5; ++i) at_once.heard.push_back(heard(3));
    EXPECT_EQ(only({{kHere, at_once}}, 300).status, SilenceStatus::quiet);
}

// ---- properties

std::map<SilenceArea, Presence> random_agency(std::mt19937& random) {
    std::map<SilenceArea, Presence> areas;
    for (int area = -1; area < 5; ++area) {
        auto& presence = areas[area < 0 ? SilenceArea{} : SilenceArea{"IRN-1", area}];
        presence.check_posts = static_cast<std::int64_t>(random() % 2);
        for (auto left = random() % 60; left > 0; --left)
            presence.heard.push_back(heard(random() % 400, static_cast<double>(random() % 500)));
    }
    return areas;
}

std::string text_of(const std::vector<Silence>& rows) {
    std::string text;
    for (const auto& row : rows) {
        text += row.area.section + std::to_string(row.area.number) + name(row.status) + name(row.lateness) + row.said;
        for (const auto& value : {row.silent_h, row.usual_interval_h, row.rate_per_day, row.expected, row.probability,
                                  row.late_median_h, row.late_p90_h, row.late_share}) {
            char digits[40];
            std::snprintf(digits, sizeof digits, " %a", value.value_or(-1));
            text += digits;
        }
    }
    return text;
}

TEST(Silence, TheOrderOfReportsChangesNothing) {
    std::mt19937 random{7};
    for (int round = 0; round < 50; ++round) {
        auto areas = random_agency(random);
        const auto before = text_of(silence_of(areas, {day(420)}));
        for (auto& [area, presence] : areas) std::ranges::shuffle(presence.heard, random);
        EXPECT_EQ(text_of(silence_of(areas, {day(420)})), before);
    }
}

TEST(Silence, ALongerSilenceIsNeverMoreLikely) {
    std::mt19937 random{8};
    for (int round = 0; round < 50; ++round) {
        const auto areas = random_agency(random);
        std::map<SilenceArea, double> before;
        for (int now = 400; now < 700; now += 20)
            for (const auto& row : silence_of(areas, {day(now)})) {
                if (!row.probability) continue;
                if (const auto at = before.find(row.area); at != before.end()) {
                    EXPECT_LE(*row.probability, at->second);
                }
                before[row.area] = *row.probability;
            }
    }
}

} // namespace
