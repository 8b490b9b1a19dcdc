// A file imported again and what was appended since: neither takes from the other.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

class ImportedAgain : public testing::Test {
protected:
    test::TemporaryFolder folder;
    test::Server server{folder.path("data")};

    void take(const std::string& layer, const std::string& name, const std::string& text) const {
        const auto file = folder.write(name, text);
        const auto ran =
            test::run({"import", "--data-dir", folder.path("data"), "--layer", layer, "--agency", "fia", file});
        EXPECT_EQ(ran.exit_code, 0) << ran.err << ran.out;
    }
    json only(const std::string& layer) const {
        const auto page = json::parse(server.get("/collections/" + layer + "/items").body);
        EXPECT_EQ(page["features"].size(), 1u);
        return page["features"].at(0);
    }
    int say(const std::string& layer, const json& statement) const {
        const auto id = only(layer)["id"].get<std::string>();
        return server
            .ask("POST", "/collections/" + layer + "/items/" + id + "/statements", "Content-Type: application/json\r\n",
                 statement.dump())
            .status;
    }
};

TEST_F(ImportedAgain, a_report_keeps_its_statements_and_changed_content_is_one_more_correction) {
    const std::string head = "lon,lat,kind,source_ref,count_min,count_max,direction,source_reliability\n";
    const std::string first = head + "62,25,som,r-1,3,9,out,C\n";
    take("reports", "one.csv", first);
    ASSERT_EQ(say("reports", {{"type", "correction"}, {"reason", "recount"}, {"properties", {{"count_min", 4}}}}), 201);
    ASSERT_EQ(say("reports", {{"type", "grading"}, {"source_reliability", "B"}}), 201);
    take("reports", "again.csv", first + "\n");
    auto now = only("reports")["properties"];
    EXPECT_EQ(now["version"], 3) << "nothing new was told";
    EXPECT_EQ(now["count_min"], 4);
    EXPECT_EQ(now["source_reliability"], "B");

    const std::string second = head + "62.5,25,som,r-1,3,8,in,C\n";
    take("reports", "two.csv", second);
    now = only("reports")["properties"];
    EXPECT_EQ(now["version"], 4);
    EXPECT_EQ(now["count_min"], 4) << "the file said no other number than before";
    EXPECT_EQ(now["count_max"], 8);
    EXPECT_EQ(now["direction"], "in");
    ASSERT_EQ(now["statements"].size(), 3u);
    const auto correction = now["statements"][2];
    EXPECT_EQ(correction["imported"], true);
    EXPECT_EQ(correction["changes"]["direction"], (json{{"from", "out"}, {"to", "in"}}));
    EXPECT_FALSE(correction["changes"].contains("count_min"));
    EXPECT_EQ(only("reports")["geometry"]["coordinates"], (json{62.5, 25.0}));
    take("reports", "two_again.csv", second + "\n");
    EXPECT_EQ(only("reports")["properties"]["version"], 4);
}

TEST_F(ImportedAgain, a_fence_keeps_the_states_that_were_appended) {
    const auto file = [](const char* name) {
        return json{{"type", "FeatureCollection"},
                    {"features",
                     {{{"type", "Feature"},
                       {"properties", {{"source_ref", "f-1"}, {"name", name}, {"fence_type", "fence"}}},
                       {"geometry", {{"type", "LineString"}, {"coordinates", {{61.5, 28.9}, {61.6, 28.8}}}}}}}}}
            .dump();
    };
    take("fence_segments", "one.geojson", file("old"));
    ASSERT_EQ(
        say("fence_segments", {{"type", "state"}, {"state", "breached"}, {"observed_at", "2026-06-01T00:00:00Z"}}),
        201);
    take("fence_segments", "two.geojson", file("new"));
    const auto now = only("fence_segments")["properties"];
    EXPECT_EQ(now["name"], "new");
    EXPECT_EQ(now["state"], "breached");
    EXPECT_EQ(now["states"].size(), 1u);
}

} // namespace
