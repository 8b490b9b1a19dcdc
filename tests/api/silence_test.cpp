// The process `silence` against the real server: what it says, to whom, and what must not show in it.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>

namespace {

using nlohmann::json;
using test::Answer;

constexpr const char* kJson = "Content-Type: application/json\r\n";
constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";

json body(const Answer& answer) {
    return json::parse(answer.body, nullptr, false);
}

// Due east along the 26th parallel, about 300 km.
constexpr const char* kSection = R"({"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"source_ref":"IRN-1","name":"Test section","kind":"land"},
    "geometry":{"type":"LineString","coordinates":[[61,26],[62,26],[63,26],[64,26]]}}]})";

class SilenceProcess : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string levies, customs;
    std::unique_ptr<test::Server> server;

    void SetUp() override {
        const auto data = folder.path("data");
        const auto made = test::run(
            {"import", "--data-dir", data, "--layer", "border_sections", folder.write("sections.geojson", kSection)});
        ASSERT_EQ(made.exit_code, 0) << made.err;
        levies = test::token_header(data, "analyst", "levies");
        customs = test::token_header(data, "analyst", "customs");
        server = std::make_unique<test::Server>(data, std::vector<std::string>{});
    }

    // A report of the n-th day of 2026 near km 70 of the section; the path of the item.
    std::string report(const std::string& token, int n, json properties = json::object()) const {
        char day[32];
        std::snprintf(day, sizeof day, "2026-01-%02dT08:00:00Z", n);
        properties.update({{"valid_from", day}});
        if (!properties.contains("kind")) properties["kind"] = "crossing";
        const json feature{{"type", "Feature"},
                           {"geometry", {{"type", "Point"}, {"coordinates", {61.7, 26.02}}}},
                           {"properties", properties}};
        const auto answer = server->ask("POST", "/collections/reports/items", token + kFeature, feature.dump());
        EXPECT_EQ(answer.status, 201) << answer.body;
        return test::path_of(answer);
    }

    Answer silence(const std::string& token) const {
        return server->ask("POST", "/processes/silence/execution", token + kJson,
                           R"({"inputs":{"at":"2026-03-01T00:00:00Z"}})");
    }
};

TEST_F(SilenceProcess, tells_of_each_agency_and_area_with_method_inputs_and_label) {
    for (int n = 1; n <= 25; n += 2) report(levies, n);
    const auto withdrawn = report(levies, 27);
    ASSERT_EQ(server
                  ->ask("POST", withdrawn + "/statements", levies + kJson,
                        R"({"type":"withdrawal","reason":"entered twice"})")
                  .status,
              201);
    const auto answer = silence(levies);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/geo+json");
    const auto result = body(answer);
    ASSERT_EQ(result["features"].size(), 1u);
    const auto& feature = result["features"][0];
    const auto& said = feature["properties"];
    EXPECT_EQ(said["agency"], "levies");
    EXPECT_EQ(said["name"], "IRN-1 km 50–100");
    EXPECT_EQ(said["status"], "silent");
    EXPECT_EQ(said["reports"], 13);
    EXPECT_EQ(said["usual_interval_h"], 48.0);
    EXPECT_EQ(said["last_report"], "2026-01-25T08:00:00Z");
    EXPECT_EQ(said["lateness"], "known") << "thirteen reports are no archive";
    EXPECT_EQ(said["late_share"], 1.0) << "all were handed in today";
    EXPECT_EQ(feature["geometry"]["type"], "LineString");
    EXPECT_EQ(result["parameters"],
              json::parse(R"({"at":"2026-03-01T00:00:00Z","scenario":"real","window_days":365})"));
    EXPECT_EQ(result["label"]["releasable_to"], json::array({"levies"}));
    EXPECT_EQ(result["inputs"][0]["used"], 13);
    EXPECT_EQ(result["inputs"][0]["left_out"], json::parse(R"([{"why":"withdrawn","count":1}])"));
    EXPECT_EQ(result["method"]["constants"]["silent_below"], 0.01);
    EXPECT_EQ(silence(levies).body, answer.body) << "the same inputs, the same bytes";
}

TEST_F(SilenceProcess, is_a_collection_with_tiles_that_nobody_writes) {
    for (int n = 1; n <= 25; n += 2) report(levies, n);
    const auto items = body(server->get("/collections/silence/items", levies));
    ASSERT_EQ(items["numberMatched"], 1);
    EXPECT_EQ(items["features"][0]["properties"]["status"], "silent");
    EXPECT_EQ(items["features"][0]["id"], body(silence(levies))["features"][0]["id"]);
    EXPECT_EQ(body(server->get("/collections/silence/items", customs))["numberMatched"], 0);
    const auto tile = server->get("/tiles/silence/5/21/13.mvt", levies); // 56..67 east, 21..31 north
    EXPECT_EQ(tile.status, 200);
    EXPECT_NE(tile.body.find("silent"), std::string::npos);
    EXPECT_EQ(server->get("/tiles/silence/5/21/13.mvt", customs).status, 204);
    EXPECT_EQ(server
                  ->ask("POST", "/collections/silence/items", levies + kFeature,
                        R"({"type":"Feature","geometry":null,"properties":{}})")
                  .status,
              403);
}

// domain.md, the purpose wall, and noninterference: neither may change a byte.
TEST_F(SilenceProcess, neither_rescue_reports_nor_those_of_others_change_a_byte) {
    for (int n = 1; n <= 12; ++n) report(levies, n);
    const auto before = silence(levies);
    ASSERT_EQ(before.status, 200) << before.body;
    for (const char* kind : {"distress", "death", "missing"}) report(levies, 20, {{"kind", kind}});
    report(levies, 21, {{"sar_phase", "alert"}});
    for (int n = 1; n <= 12; ++n) report(customs, n);
    EXPECT_EQ(silence(levies).body, before.body);
    report(customs, 13, {{"releasable_to", {"levies"}}});
    const auto after = body(silence(levies));
    EXPECT_EQ(after["features"].size(), 2u) << "one that was released to them is seen";
    for (const auto& feature : after["features"])
        if (feature["properties"]["agency"] == "levies") {
            EXPECT_EQ(feature, body(before)["features"][0]);
        }
}

TEST_F(SilenceProcess, a_correction_makes_no_report_later_than_it_was) {
    std::vector<std::string> items;
    for (int n = 1; n <= 12; ++n) items.push_back(report(levies, n));
    const auto before = body(silence(levies));
    for (const auto& item : items)
        ASSERT_EQ(server
                      ->ask("POST", item + "/statements", levies + kJson,
                            R"({"type":"correction","reason":"typing","properties":{"impact":"low"}})")
                      .status,
                  201);
    const auto after = body(silence(levies));
    EXPECT_EQ(after["features"], before["features"]);
    EXPECT_NE(after["inputs"][0]["data_version"], before["inputs"][0]["data_version"]);
}

TEST_F(SilenceProcess, a_role_that_reads_no_rows_is_told_of_none) {
    report(levies, 1);
    const auto auditor = test::token_header(folder.path("data"), "auditor", "levies");
    const auto result = body(silence(auditor));
    EXPECT_EQ(result["features"].size(), 0u);
    EXPECT_EQ(result["inputs"][0]["used"], 0);
}

} // namespace
