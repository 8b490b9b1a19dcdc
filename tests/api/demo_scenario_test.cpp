// Promise: what ./dev run loads goes in whole, a reader of the real world sees none of it, and its kilometres are those
// that the server measures, so that analyses can be scored against the truth beside it.
#include "tests/api/program.hpp"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

using namespace test;
using nlohmann::json;

namespace {

const std::string kData = SARHAD_SOURCE_DIR "/data/";

// The shipped data, loaded once; the tests read it with a server of their own.
class DemoScenario : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = std::make_unique<TemporaryFolder>();
        std::ifstream manifest{kData + "manifest.json"};
        const auto entries = json::parse(manifest);
        for (const auto& entry : entries) load(entry);
    }
    static void TearDownTestSuite() {
        folder_.reset();
        rows_.clear();
    }

    static std::string data() { return folder_->path("data"); }
    static int rows_of(const std::string& layer, const std::string& scenario) { return rows_[{layer, scenario}]; }
    static std::set<std::string> layers() {
        std::set<std::string> names;
        for (const auto& [key, count] : rows_) names.insert(key.first);
        return names;
    }

private:
    static void load(const json& entry) {
        const std::string layer = entry.at("layer"), scenario = entry.value("scenario", ""), file = entry.at("file");
        std::vector<std::string> arguments{"import", "--data-dir", data(), "--layer", layer, "--json"};
        if (!scenario.empty()) arguments.insert(arguments.end(), {"--strict", "--scenario", scenario});
        arguments.push_back(kData + file);
        const auto ran = run(arguments);
        ASSERT_EQ(ran.exit_code, 0) << file << ": " << ran.out << ran.err;
        const auto report = json::parse(ran.out);
        EXPECT_EQ(report.at("rejected"), 0) << file << ": " << report.at("notes");
        EXPECT_EQ(report.at("repaired"), 0) << file << ": " << report.at("notes");
        EXPECT_EQ(report.at("created"), report.at("rows")) << file << ": a row twice";
        rows_[{layer, scenario}] += report.at("created").get<int>();
    }

    static std::unique_ptr<TemporaryFolder> folder_;
    static std::map<std::pair<std::string, std::string>, int> rows_; // by layer and scenario
};

std::unique_ptr<TemporaryFolder> DemoScenario::folder_;
std::map<std::pair<std::string, std::string>, int> DemoScenario::rows_;

int matched(const Server& server, const std::string& target) {
    const auto answer = server.get(target);
    EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
    return answer.status == 200 ? json::parse(answer.body).at("numberMatched").get<int>() : -1;
}

bool is_reference(const std::string& layer) {
    return layer == "border_sections" || layer == "disputed_lines" || layer == "places";
}

// Rows of a CSV file without quotes, by column.
std::vector<std::map<std::string, std::string>> plain_table(const std::string& file) {
    std::ifstream in{kData + file};
    const auto cells = [](const std::string& line) {
        std::vector<std::string> found;
        std::string cell;
        for (std::istringstream text{line}; std::getline(text, cell, ',');) found.push_back(cell);
        return found;
    };
    std::string line;
    std::getline(in, line);
    const auto names = cells(line);
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(in, line)) {
        const auto values = cells(line);
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < values.size(); ++i) row[names[i]] = values[i];
    }
    return rows;
}

} // namespace

TEST_F(DemoScenario, EveryRowGoesInAndIsReadOnlyByThoseWhoAskForIt) {
    const Server server{data(), {"--open"}};
    for (const auto& layer : layers()) {
        const auto items = "/collections/" + layer + "/items?limit=1";
        EXPECT_EQ(matched(server, items), rows_of(layer, "")) << layer;
        if (is_reference(layer)) continue;
        EXPECT_EQ(matched(server, items + "&scenario=demo"), rows_of(layer, "demo")) << layer;
        EXPECT_EQ(matched(server, items + "&scenario=other"), 0) << layer;
    }
    EXPECT_GT(rows_of("reports", "demo"), 3000);
    EXPECT_GT(rows_of("patrol_tracks", "demo"), 1300);
}

TEST_F(DemoScenario, TheRealWorldShowsNothingOfIt) {
    const Server server{data(), {"--open"}};
    for (const std::string layer : {"reports", "patrol_tracks", "observed_tracks", "fence_segments"}) {
        const auto collection = server.get("/collections/" + layer);
        EXPECT_EQ(json::parse(collection.body).value("extent", json::object()).dump().find("2026"), std::string::npos)
            << layer;
        const auto tile = server.get("/tiles/" + layer + "/5/21/13.mvt");
        EXPECT_EQ(tile.body.find("Y0"), std::string::npos) << layer;
        EXPECT_EQ(tile.body.find("frontier_corps"), std::string::npos) << layer;
        EXPECT_NE(server.get("/tiles/" + layer + "/5/21/13.mvt?scenario=demo").body.find("frontier_corps"),
                  std::string::npos)
            << layer;
    }
}

TEST_F(DemoScenario, WithTheDemoFlagItIsWhatTheServerShowsAndEveryRowIsMarked) {
    const Server server{data(), {"--open", "--demo"}};
    for (const auto& layer : layers()) {
        if (is_reference(layer)) continue;
        EXPECT_EQ(matched(server, "/collections/" + layer + "/items?limit=1"), rows_of(layer, "demo")) << layer;
        EXPECT_EQ(matched(server, "/collections/" + layer + "/items?limit=1&filter=" + encode("scenario_id='demo'")),
                  rows_of(layer, "demo"))
            << layer;
    }
}

TEST_F(DemoScenario, ItsKilometresAreTheServersKilometres) {
    std::map<std::string, double> km_of; // incident -> km, near the line
    for (const auto& row : plain_table("scenario/demo/truth/incidents.csv")) {
        if (row.at("part") == "border" && std::stod(row.at("offset_m")) < 2000)
            km_of[row.at("incident")] = std::stod(row.at("km"));
    }
    std::map<std::string, double> wanted; // report -> km
    for (const auto& row : plain_table("scenario/demo/truth/reports.csv")) {
        const auto found = km_of.find(row.at("incident"));
        const auto error = row.find("place_error_m");
        if (found != km_of.end() && error != row.end() && std::stod(error->second) < 100)
            wanted[row.at("source_ref")] = found->second;
    }
    const Server server{data(), {"--open", "--demo"}};
    const auto answer = server.get("/collections/reports/items?limit=1000&filter=" +
                                   encode("agency='frontier_corps' AND geo_method='gps'"));
    int compared = 0, near = 0;
    const auto page = json::parse(answer.body);
    for (const auto& feature : page.at("features")) {
        const auto& p = feature.at("properties");
        const auto found = wanted.find(p.at("source_ref"));
        if (found == wanted.end()) continue;
        ++compared;
        // The offset is measured from the line smoothed over some km, the chainage from its bends.
        near += std::abs(p.at("distance_along_m").get<double>() / 1000 - found->second) < 1.5;
    }
    EXPECT_GT(compared, 100);
    EXPECT_GT(near, 0.9 * compared);
}
