// Which rows count for silence, for whom, and what may not even be counted.
#include "layers/fuse/silence_inputs.hpp"

#include "layers/model/built_in.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace {

using namespace layers;
using namespace layers::fuse;

const geo::Instant kNow = *geo::from_rfc3339("2026-06-01T00:00:00Z");

Record row(const Layer& layer, const std::string& key, std::vector<std::pair<const char*, geo::Value>> values) {
    Record record;
    record.id = geo::uuid_from_hash(key);
    record.version = 1;
    record.values.resize(layer.fields.size());
    for (auto& [name, value] : values) record.values[layer.find(name).value()] = std::move(value);
    return record;
}

std::string text(const char* t) {
    return t;
}

// A section that runs due east along the 26th parallel, about 290 km.
const std::vector<normalise::Section>& sections() {
    static const std::vector<normalise::Section> one{
        {"IRN-1", geo::Chain{geo::make_line({{61, 26}, {61.5, 26}, {62, 26}, {63, 26}, {63.9, 26}})}}};
    return one;
}

struct Kit {
    Layer reports = layers::reports(), posts = check_posts(), patrols = patrol_tracks(), silence = layers::silence();
    std::vector<Record> said, posted, went;

    Record report(int number, const char* agency, double along_m, double days_ago) const {
        return row(
            reports, "report " + std::string{agency} + std::to_string(number),
            {{"agency", text(agency)},
             {"kind", text("crossing")},
             {"valid_from", geo::Instant{kNow.us - static_cast<std::int64_t>(days_ago * 86'400e6)}},
             {"recorded_at", geo::Instant{kNow.us - static_cast<std::int64_t>(days_ago * 86'400e6) + 7'200'000'000}},
             {"section_id", text("IRN-1")},
             {"distance_along_m", along_m}});
    }
    void habit(const char* agency, double along_m, int count, double step_days, double last_days_ago) {
        for (int i = 0; i < count; ++i)
            said.push_back(report(static_cast<int>(said.size()), agency, along_m, last_days_ago + i * step_days));
    }
    SilenceInputs inputs() const {
        SilenceReader reader{sections(), {kNow}};
        for (const auto& record : said)
            reader.report(reports, record,
                          [](const Record& r) { return std::get<geo::Instant>(r.values[common::recorded_at]); });
        for (const auto& record : posted) reader.check_post(posts, record);
        for (const auto& record : went) reader.patrol(patrols, record);
        return reader.take();
    }
    std::vector<Record> rows() const { return silence_rows(silence, inputs(), sections(), {kNow}, "demo"); }
    geo::Value value(const Record& record, const char* field) const { return record.values[*silence.find(field)]; }
};

bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
    return std::ranges::equal(a, b, [](const Record& x, const Record& y) {
        return x.id == y.id && x.geometry == y.geometry && x.values == y.values;
    });
}

TEST(SilenceInputs, MakeARowForEachAgencyAndAreaThatTheLayerTakes) {
    Kit kit;
    kit.habit("levies", 120'000, 10, 5, 2);
    kit.habit("customs", 280'000, 10, 5, 2);
    auto inland = kit.report(99, "levies", 0, 1);
    inland.values[common::section_id] = inland.values[common::distance_along_m] = geo::Null{};
    kit.said.push_back(inland);
    const auto rows = kit.rows();
    ASSERT_EQ(rows.size(), 3u);
    for (const auto& record : rows) {
        EXPECT_TRUE(check(kit.silence, record).empty());
        EXPECT_EQ(std::get<std::string>(record.values[common::scenario_id]), "demo");
    }
    EXPECT_EQ(kit.value(rows[0], "name"), geo::Value{text("IRN-1 km 250–290")});
    EXPECT_EQ(kit.value(rows[0], "to_m"), geo::Value{sections()[0].chain.length_m()}) << "the section ends there";
    EXPECT_EQ(kit.value(rows[1], "name"), geo::Value{text("Off the line")});
    EXPECT_TRUE(rows[1].geometry.empty());
    EXPECT_EQ(kit.value(rows[2], "name"), geo::Value{text("IRN-1 km 100–150")});
    EXPECT_EQ(rows[2].geometry, sections()[0].chain.piece(100'000, 150'000));
    EXPECT_TRUE(same(rows, kit.rows())) << "the same inputs give the same rows";
}

TEST(SilenceInputs, TheOrderOfRowsChangesNothing) {
    std::mt19937 random{3};
    Kit kit;
    for (const char* agency : {"levies", "customs", "fia"})
        for (int area = 0; area < 5; ++area)
            kit.habit(agency, area * 50'000 + 1000, static_cast<int>(random() % 20), 3,
                      1.0 + static_cast<double>(random() % 30));
    const auto rows = kit.rows();
    const auto version = kit.inputs().sources[0].data_version;
    for (int round = 0; round < 10; ++round) {
        std::ranges::shuffle(kit.said, random);
        EXPECT_TRUE(same(kit.rows(), rows));
        EXPECT_EQ(kit.inputs().sources[0].data_version, version);
    }
}

TEST(SilenceInputs, AnotherAgencysReportChangesNothingOfThisOne) {
    std::mt19937 random{4};
    Kit kit;
    for (int area = 0; area < 5; ++area) kit.habit("levies", area * 50'000 + 1000, 12, 3, 1.0 + area);
    const auto of_levies = [&] {
        auto rows = kit.rows();
        std::erase_if(rows, [&](const Record& r) { return r.values[common::agency] != geo::Value{text("levies")}; });
        return rows;
    };
    const auto before = of_levies();
    ASSERT_EQ(before.size(), 5u);
    for (int i = 0; i < 200; ++i)
        kit.said.push_back(kit.report(1000 + i, i % 2 ? "customs" : "fia", static_cast<double>(random() % 300'000),
                                      static_cast<double>(random() % 300)));
    EXPECT_TRUE(same(of_levies(), before));
}

// Beyond the wall: nothing of them is looked at, so nothing tells that they are there.
TEST(SilenceInputs, WithAndWithoutRescueReportsAllIsTheSame) {
    Kit kit;
    kit.habit("levies", 120'000, 10, 5, 20);
    const auto rows = kit.rows();
    const auto inputs = kit.inputs();
    for (const char* kind : {"distress", "death", "missing"}) {
        auto report = kit.report(500, "levies", 120'000, 1);
        report.values[*kit.reports.find("kind")] = text(kind);
        kit.said.push_back(report);
        report.values[*kit.reports.find("withdrawn")] = true;
        report.values[common::agency] = geo::Null{};
        kit.said.push_back(report);
    }
    auto searched = kit.report(501, "pmsa", 200'000, 1);
    searched.values[*kit.reports.find("sar_phase")] = text("alert");
    kit.said.push_back(searched);
    EXPECT_TRUE(same(kit.rows(), rows));
    const auto after = kit.inputs();
    EXPECT_EQ(after.sources[0].used, inputs.sources[0].used);
    EXPECT_EQ(after.sources[0].left_out, inputs.sources[0].left_out);
    EXPECT_EQ(after.sources[0].data_version, inputs.sources[0].data_version);
    EXPECT_EQ(after.agencies.size(), inputs.agencies.size());
    searched.values[*kit.reports.find("sar_phase")] = text("none");
    kit.said.push_back(searched);
    EXPECT_FALSE(same(kit.rows(), rows)) << "none is no search";
}

TEST(SilenceInputs, WhatIsLeftOutIsCountedWithItsReason) {
    Kit kit;
    kit.said = {kit.report(1, "levies", 0, 1), kit.report(2, "levies", 0, 1), kit.report(3, "levies", 0, 1),
                kit.report(4, "levies", 0, -1)};
    kit.said[0].values[*kit.reports.find("withdrawn")] = true;
    kit.said[1].values[common::valid_from] = geo::Null{};
    kit.said[2].values[common::agency] = geo::Null{};
    const auto inputs = kit.inputs();
    EXPECT_EQ(inputs.sources[0].used, 0);
    const std::map<std::string, std::int64_t> expected{
        {"no agency", 1}, {"no time", 1}, {"of a time to come", 1}, {"withdrawn", 1}};
    EXPECT_EQ(inputs.sources[0].left_out, expected);
    EXPECT_TRUE(kit.rows().empty());
}

TEST(SilenceInputs, PostsAndPatrolsAreWhereTheirAgenciesShouldBeHeardFrom) {
    Kit kit;
    const auto post = [&](const char* key, std::vector<std::pair<const char*, geo::Value>> values) {
        values.insert(values.end(), {{"section_id", text("IRN-1")}, {"distance_along_m", 60'000.0}});
        kit.posted.push_back(row(kit.posts, key, std::move(values)));
    };
    post("a", {{"present_agencies", geo::TextList{"Customs", "Provincial Excise", "fc_unspecified"}}});
    post("b", {{"agency", text("customs")}, {"staffed", false}});
    auto track = row(kit.patrols, "track",
                     {{"agency", text("levies")},
                      {"status", text("done")},
                      {"valid_from", geo::Instant{kNow.us - 1}},
                      {"section_id", text("IRN-1")},
                      {"distance_along_m", 20'000.0}});
    track.geometry = geo::make_line({{61.2, 26.01}, {61.9, 26.01}, {62.1, 26.01}}); // km 20, 90, 110
    kit.went.push_back(track);
    track.values[*kit.patrols.find("status")] = text("planned");
    track.values[common::agency] = text("fia");
    kit.went.push_back(track);
    std::vector<std::string> seen;
    for (const auto& record : kit.rows())
        seen.push_back(std::get<std::string>(record.values[common::agency]) + " " +
                       std::get<std::string>(kit.value(record, "name")) + " " +
                       std::get<std::string>(kit.value(record, "said")));
    const std::vector<std::string> expected{"customs IRN-1 km 50–100 1 check post, but no report ever.",
                                            "levies IRN-1 km 0–50 1 patrol in the window, but no report ever.",
                                            "levies IRN-1 km 50–100 1 patrol in the window, but no report ever.",
                                            "levies IRN-1 km 100–150 1 patrol in the window, but no report ever.",
                                            "provincial_excise IRN-1 km 50–100 1 check post, but no report ever."};
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(kit.inputs().sources[1].left_out.at("not staffed"), 1);
    EXPECT_EQ(kit.inputs().sources[2].left_out.at("planned"), 1);
}

TEST(SilenceInputs, ARowHasTheStrictestLabelOfItsOwnAgencysInputs) {
    Kit kit;
    kit.habit("levies", 10'000, 4, 5, 1);
    kit.habit("customs", 10'000, 4, 5, 1);
    for (auto& report : kit.said) report.values[common::releasable_to] = geo::TextList{"fia", "pmsa"};
    kit.said[1].values[common::handling] = text("H2");
    kit.said[2].values[common::releasable_to] = geo::TextList{"fia"};
    const auto rows = kit.rows();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].values[common::handling], geo::Value{text("H0")});
    EXPECT_EQ(rows[0].values[common::releasable_to], geo::Value(geo::TextList{"customs", "fia", "pmsa"}));
    EXPECT_EQ(rows[1].values[common::handling], geo::Value{text("H2")});
    EXPECT_EQ(rows[1].values[common::releasable_to], geo::Value(geo::TextList{"fia", "levies"}));
    EXPECT_EQ(kit.inputs().label.handling, 2);
    EXPECT_EQ(kit.inputs().label.releasable_to, geo::TextList{"fia"});
}

} // namespace
