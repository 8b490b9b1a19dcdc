// A server with one small collection of known content, made from a file by --new-layer, shared by the tests of a suite.
#pragma once

#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace test {

inline constexpr int kStations = 40;

// Station i: name "Station i", height 10 i, kind a or b, at lon 60 + i/2, lat 25 + i/4, seen on day i mod 28 + 1 of
// March 2026. Names 3 and 4 hold what breaks naive quoting.
inline std::string stations_geojson() {
    using nlohmann::json;
    json features = json::array();
    for (int i = 0; i < kStations; ++i) {
        std::string name = "Station " + std::to_string(i);
        if (i == 3) name = "x'y";
        if (i == 4) name = "'; DROP TABLE version; --";
        char seen[32];
        std::snprintf(seen, sizeof seen, "2026-03-%02dT12:00:00Z", i % 28 + 1);
        features.push_back(
            {{"type", "Feature"},
             {"properties", {{"name", name}, {"height", i * 10}, {"kind", i % 2 ? "a" : "b"}, {"seen", seen}}},
             {"geometry", {{"type", "Point"}, {"coordinates", {60 + i * 0.5, 25 + i * 0.25}}}}});
    }
    return json{{"type", "FeatureCollection"}, {"features", features}}.dump();
}

class StationsTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder = std::make_unique<TemporaryFolder>();
        const auto file = folder->write("stations.geojson", stations_geojson());
        const auto ran =
            run({"import", "--data-dir", folder->path("data"), "--new-layer", "stations", "--agency", "fc_kp", file});
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        server = std::make_unique<Server>(folder->path("data"));
    }
    static void TearDownTestSuite() {
        if (server) {
            EXPECT_EQ(server->stop(), 0);
        }
        server.reset();
        folder.reset();
    }

    static int status(std::string_view target) { return server->get(target).status; }

    static nlohmann::json get(std::string_view target) {
        const auto answer = server->get(target);
        EXPECT_EQ(answer.status, 200) << target << "\n" << answer.body;
        return nlohmann::json::parse(answer.body, nullptr, false);
    }

    // Of the items under a query: how many match.
    static int matched(const std::string& query) {
        const auto page = get("/collections/stations/items?" + query);
        return page.value("numberMatched", -1);
    }

    static std::string href(const nlohmann::json& document, std::string_view relation) {
        for (const auto& link : document.value("links", nlohmann::json::array()))
            if (link["rel"] == relation) return link["href"];
        return {};
    }

    // The path of an absolute link to this server.
    static std::string local(const std::string& address) {
        const auto origin = "http://127.0.0.1:" + std::to_string(server->port());
        EXPECT_TRUE(address.starts_with(origin)) << address;
        return address.substr(std::min(origin.size(), address.size()));
    }

    static inline std::unique_ptr<TemporaryFolder> folder;
    static inline std::unique_ptr<Server> server;
};

} // namespace test
