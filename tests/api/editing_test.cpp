#include "tests/api/program.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace {

using nlohmann::json;
using test::Answer;
using test::if_match;
using test::path_of;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";
constexpr const char* kPatch = "Content-Type: application/merge-patch+json\r\n";

json hazard(const std::string& remarks, double lon = 66.45, double lat = 30.92) {
    return {{"type", "Feature"},
            {"geometry", {{"type", "Point"}, {"coordinates", {lon, lat}}}},
            {"properties", {{"kind", "heat"}, {"remarks", remarks}}}};
}

class Editing : public testing::Test {
protected:
    test::TemporaryFolder folder;
    test::Server server{folder.path("data")};

    Answer create(const json& feature) const {
        return server.ask("POST", "/collections/hazards/items", kFeature, feature.dump());
    }
};

TEST_F(Editing, what_was_acknowledged_is_read_back_by_everyone_at_once) {
    const auto created = create(hazard("first"));
    ASSERT_EQ(created.status, 201);
    const auto path = path_of(created);
    const auto read = server.get(path);
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.header("etag"), created.header("etag"));
    EXPECT_EQ(json::parse(read.body)["properties"]["remarks"], "first");
    EXPECT_EQ(json::parse(server.get("/collections/hazards").body)["sarhad"]["count"], 1);
    const auto tile = server.get("/tiles/hazards/0/0/0.mvt");
    EXPECT_EQ(tile.status, 200);
    EXPECT_NE(tile.body.find("heat"), std::string::npos);
}

TEST_F(Editing, the_collection_says_from_when_to_when_its_rows_are) {
    auto feature = hazard("dated");
    feature["properties"]["valid_from"] = "2026-03-01T00:00:00Z";
    feature["properties"]["valid_to"] = "2026-04-01T00:00:00Z";
    ASSERT_EQ(create(feature).status, 201);
    const auto collection = json::parse(server.get("/collections/hazards").body);
    EXPECT_EQ(collection["extent"]["temporal"]["interval"],
              json::parse(R"([["2026-03-01T00:00:00Z","2026-04-01T00:00:00Z"]])"));
    EXPECT_EQ(collection["extent"]["spatial"]["bbox"][0].size(), 4u);
}

TEST_F(Editing, two_editors_at_once_get_one_success_and_one_412_and_nothing_is_lost) {
    const auto created = create(hazard("first"));
    const auto path = path_of(created);
    const auto mine = server.ask("PATCH", path, if_match(created) + kPatch, R"({"properties":{"remarks":"mine"}})");
    EXPECT_EQ(mine.status, 200);
    const auto yours = server.ask("PUT", path, if_match(created) + kFeature, hazard("yours").dump());
    EXPECT_EQ(yours.status, 412);
    EXPECT_EQ(json::parse(server.get(path).body)["properties"]["remarks"], "mine");
    const auto again = server.ask("PUT", path, if_match(mine) + kFeature, hazard("yours").dump());
    EXPECT_EQ(again.status, 200);
    const auto versions = json::parse(server.get(path + "/history").body)["versions"];
    ASSERT_EQ(versions.size(), 3u);
    std::set<std::string> remarks;
    for (const auto& version : versions) remarks.insert(version["feature"]["properties"]["remarks"]);
    EXPECT_EQ(remarks, (std::set<std::string>{"first", "mine", "yours"}));
}

TEST_F(Editing, a_change_without_if_match_is_428_and_changes_nothing) {
    const auto created = create(hazard("first"));
    const auto path = path_of(created);
    EXPECT_EQ(server.ask("PUT", path, kFeature, hazard("x").dump()).status, 428);
    EXPECT_EQ(server.ask("PATCH", path, kPatch, "{}").status, 428);
    EXPECT_EQ(server.ask("DELETE", path).status, 428);
    EXPECT_EQ(server.get(path).header("etag"), created.header("etag"));
}

TEST_F(Editing, fifty_writers_on_one_item_each_win_exactly_as_often_as_they_were_told) {
    const auto created = create(hazard("start"));
    const auto path = path_of(created);
    std::atomic<int> won{0}, lost{0}, other{0};
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 50; ++i)
            writers.emplace_back([&, i] {
                const auto now = server.get(path);
                const auto answer = server.ask("PATCH", path, if_match(now) + kPatch,
                                               R"({"properties":{"remarks":"writer )" + std::to_string(i) + "\"}}");
                (answer.status == 200 ? won : answer.status == 412 || answer.status == 503 ? lost : other)++;
            });
    }
    EXPECT_EQ(other, 0);
    EXPECT_GE(won, 1);
    const auto versions = json::parse(server.get(path + "/history").body)["versions"];
    EXPECT_EQ(static_cast<int>(versions.size()), 1 + won);
}

TEST_F(Editing, the_same_upload_twice_is_stored_once) {
    auto feature = hazard("once");
    feature["id"] = "01890a5d-ac96-774b-bcce-b302099a8057";
    EXPECT_EQ(create(feature).status, 201);
    EXPECT_EQ(create(feature).status, 200);
    EXPECT_EQ(json::parse(server.get("/collections/hazards").body)["sarhad"]["count"], 1);
    feature["properties"]["remarks"] = "another content under the same id";
    EXPECT_EQ(create(feature).status, 409);
}

TEST_F(Editing, a_removed_item_is_gone_from_reading_and_stays_in_the_history) {
    const auto created = create(hazard("first"));
    const auto path = path_of(created);
    EXPECT_EQ(server.ask("DELETE", path, if_match(created)).status, 204);
    EXPECT_EQ(server.get(path).status, 404);
    EXPECT_EQ(json::parse(server.get("/collections/hazards").body)["sarhad"]["count"], 0);
    const auto versions = json::parse(server.get(path + "/history").body)["versions"];
    ASSERT_EQ(versions.size(), 2u);
    EXPECT_TRUE(versions[1]["removed"]);
}

TEST_F(Editing, a_report_is_never_changed_or_removed) {
    auto report = hazard("as stated");
    report["properties"]["kind"] = "som";
    const auto created = server.ask("POST", "/collections/reports/items", kFeature, report.dump());
    ASSERT_EQ(created.status, 201);
    for (const char* method : {"PUT", "PATCH", "DELETE"}) {
        const auto answer = server.ask(method, path_of(created), if_match(created) + kFeature, report.dump());
        EXPECT_EQ(answer.status, 405) << method;
        EXPECT_FALSE(answer.header("allow").empty());
    }
}

TEST_F(Editing, states_are_appended_in_any_order_and_the_newest_observed_counts) {
    json fence{{"type", "Feature"},
               {"geometry", {{"type", "LineString"}, {"coordinates", {{61.5, 28.9}, {61.6, 28.8}}}}},
               {"properties", {{"fence_type", "fence"}}}};
    const auto created = server.ask("POST", "/collections/fence_segments/items", kFeature, fence.dump());
    ASSERT_EQ(created.status, 201);
    const auto append = [&](const char* state, const char* at) {
        const json statement{{"type", "state"}, {"state", state}, {"observed_at", at}};
        return server.ask("POST", path_of(created) + "/statements", "Content-Type: application/json\r\n",
                          statement.dump());
    };
    EXPECT_EQ(append("breached", "2026-06-01T00:00:00Z").status, 201);
    EXPECT_EQ(append("intact", "2026-01-01T00:00:00Z").status, 201);
    EXPECT_EQ(append("melted", "2026-01-01T00:00:00Z").status, 422);
    EXPECT_EQ(append("intact", "yesterday").status, 422);
    const auto now = server.get(path_of(created));
    EXPECT_EQ(json::parse(now.body)["properties"]["state"], "breached");
    EXPECT_EQ(json::parse(now.body)["properties"]["states"].size(), 2u);
    fence["properties"]["state"] = "intact";
    EXPECT_EQ(server.ask("PUT", path_of(created), if_match(now) + kFeature, fence.dump()).status, 200);
    EXPECT_EQ(json::parse(server.get(path_of(created)).body)["properties"]["state"], "breached")
        << "not by overwriting";
}

TEST_F(Editing, bad_bodies_are_told_apart_and_pointed_at) {
    const auto post = [&](const std::string& body) {
        return server.ask("POST", "/collections/hazards/items", kFeature, body);
    };
    const auto pointer = [](const Answer& answer) { return json::parse(answer.body).value("pointer", "none"); };
    EXPECT_EQ(post("{").status, 400);
    EXPECT_EQ(post(std::string(5000, '[') + std::string(5000, ']')).status, 400);
    EXPECT_EQ(post("[]").status, 422);
    auto feature = hazard("x");
    feature["properties"]["no_such_field"] = 1;
    EXPECT_EQ(post(feature.dump()).status, 422);
    EXPECT_EQ(pointer(post(feature.dump())), "/properties/no_such_field");
    feature = hazard("x");
    feature["properties"]["a/b~c"] = 1;
    EXPECT_EQ(pointer(post(feature.dump())), "/properties/a~1b~0c");
    feature = hazard("x");
    feature["properties"]["kind"] = "nope";
    EXPECT_EQ(pointer(post(feature.dump())), "/properties/kind");
    feature = hazard("call 0300-1234567");
    EXPECT_EQ(pointer(post(feature.dump())), "/properties/remarks");
    feature = hazard("x");
    feature["properties"]["season"] = "ask 03001234567";
    EXPECT_EQ(pointer(post(feature.dump())), "/properties/season");
    const json fence{{"type", "Feature"}, {"geometry", nullptr}, {"properties", {{"state", "intact"}}}};
    const auto stated = server.ask("POST", "/collections/fence_segments/items", kFeature, fence.dump());
    EXPECT_EQ(stated.status, 422);
    EXPECT_EQ(pointer(stated), "/properties/state");
    EXPECT_EQ(server.get("/tiles/hazards.json?filter=zz%3D1").status, 400);
    for (const char* geometry :
         {R"({"type":"Point","coordinates":[1e308,0]})", R"({"type":"Point","coordinates":["a",0]})",
          R"({"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[1,0],[0,0]]]})",
          R"({"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1]]]})", R"({"type":"Blob"})"}) {
        feature = hazard("x");
        feature["geometry"] = json::parse(geometry);
        const auto answer = post(feature.dump());
        EXPECT_EQ(answer.status, 422) << geometry;
        EXPECT_EQ(pointer(answer).substr(0, 9), "/geometry") << geometry;
    }
    EXPECT_EQ(json::parse(server.get("/collections/hazards").body)["sarhad"]["count"], 0);
}

TEST_F(Editing, what_is_no_number_of_this_field_is_refused_and_pointed_at) {
    const auto pointer_of = [&](const char* collection, const json& properties) -> std::string {
        json feature{{"type", "Feature"}, {"geometry", nullptr}, {"properties", properties}};
        const auto answer =
            server.ask("POST", std::string{"/collections/"} + collection + "/items", kFeature, feature.dump());
        EXPECT_EQ(answer.status, 422) << properties;
        return json::parse(answer.body).value("pointer", "none");
    };
    EXPECT_EQ(pointer_of("hazards", {{"kind", "heat"}, {"geo_precision_m", -1}}), "/properties/geo_precision_m");
    EXPECT_EQ(pointer_of("hazards", {{"kind", "heat"}, {"time_precision_s", -0.5}}), "/properties/time_precision_s");
    EXPECT_EQ(pointer_of("reports", {{"kind", "som"}, {"count_min", -1}}), "/properties/count_min");
    EXPECT_EQ(pointer_of("reports", {{"kind", "som"}, {"count_min", 5}, {"count_max", 4}}), "/properties/count_max");
    EXPECT_EQ(pointer_of("hazards", {{"kind", "heat"}, {"valid_from", "2026-02-01"}, {"valid_to", "2026-01-01"}}),
              "/properties/valid_to");
    const auto raw = [&](const std::string& number) {
        return server
            .ask("POST", "/collections/hazards/items", kFeature,
                 R"({"type":"Feature","geometry":null,"properties":{"kind":"heat","geo_precision_m":)" + number + "}}")
            .status;
    };
    EXPECT_EQ(raw("NaN"), 400) << "no JSON";
    EXPECT_EQ(raw("1e999"), 400);
    EXPECT_EQ(raw("5"), 201);
    EXPECT_EQ(json::parse(server.get("/collections/hazards/schema").body)["properties"]["geo_precision_m"]["minimum"],
              0);
}

TEST_F(Editing, a_shape_of_another_kind_is_pointed_at_by_its_type) {
    for (const char* geometry : {R"({"type":"LineString","coordinates":[[61,28],[62,29]]})", R"({"type":"Blob"})",
                                 R"({"coordinates":[1,2]})", R"({"type":7})"}) {
        auto feature = hazard("x");
        feature["properties"]["kind"] = "som";
        feature["geometry"] = json::parse(geometry);
        const auto answer = server.ask("POST", "/collections/reports/items", kFeature, feature.dump());
        EXPECT_EQ(answer.status, 422) << geometry;
        EXPECT_EQ(json::parse(answer.body)["pointer"], "/geometry/type") << geometry;
    }
}

TEST_F(Editing, a_body_in_another_crs_says_so_and_is_stored_as_lon_lat) {
    const auto crs = [](const char* uri) { return "Content-Crs: <" + std::string{uri} + ">\r\n"; };
    auto feature = hazard("x");
    feature["geometry"]["coordinates"] = {30.5, 66.25}; // EPSG:4326 writes latitude first
    const auto flipped = server.ask("POST", "/collections/hazards/items",
                                    kFeature + crs("http://www.opengis.net/def/crs/EPSG/0/4326"), feature.dump());
    ASSERT_EQ(flipped.status, 201) << flipped.body;
    EXPECT_EQ(json::parse(flipped.body)["geometry"]["coordinates"], (json{66.25, 30.5}));
    feature["geometry"]["coordinates"] = {7'374'916.0, 3'568'000.0};
    const auto metres =
        server.ask("PUT", path_of(flipped),
                   if_match(flipped) + kFeature + crs("http://www.opengis.net/def/crs/EPSG/0/3857"), feature.dump());
    ASSERT_EQ(metres.status, 200) << metres.body;
    EXPECT_NEAR(json::parse(metres.body)["geometry"]["coordinates"][0], 66.25, 1e-4);
    const auto text_only = server.ask("PATCH", path_of(flipped),
                                      if_match(metres) + kPatch + crs("http://www.opengis.net/def/crs/EPSG/0/4326"),
                                      R"({"properties":{"remarks":"y"}})");
    ASSERT_EQ(text_only.status, 200) << text_only.body;
    EXPECT_EQ(json::parse(text_only.body)["geometry"], json::parse(metres.body)["geometry"])
        << "what stays isn't turned";
    EXPECT_EQ(
        server.ask("POST", "/collections/hazards/items", kFeature + crs("file:///etc/passwd"), feature.dump()).status,
        400);
}

TEST_F(Editing, the_body_names_the_item_of_the_path_or_none) {
    const auto created = create(hazard("x"));
    auto feature = hazard("y");
    feature["id"] = "01890a5d-ac96-774b-bcce-b302099a8057";
    const auto other = server.ask("PUT", path_of(created), if_match(created) + kFeature, feature.dump());
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(json::parse(other.body)["pointer"], "/id");
    feature["id"] = json::parse(created.body)["id"];
    EXPECT_EQ(server.ask("PUT", path_of(created), if_match(created) + kFeature, feature.dump()).status, 200);
}

// OGC 20-002r1: what a client needs to know before, at and after a change.
TEST_F(Editing, part_4_of_the_standard_is_kept_and_said_to_be_kept) {
    const auto said = json::parse(server.get("/conformance").body);
    const auto classes = said["conformsTo"].get<std::set<std::string>>();
    for (const char* name : {"create-replace-delete", "update", "optimistic-locking-etags", "features"})
        EXPECT_TRUE(classes.contains("http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/" + std::string{name}))
            << name;
    const auto allow = [&](const std::string& path) {
        const auto answer = server.ask("OPTIONS", path);
        EXPECT_EQ(answer.status, 204) << path;
        return std::string{answer.header("allow")};
    };
    EXPECT_EQ(allow("/collections/hazards/items"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(allow("/collections/hazards/items/x"), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(allow("/collections/reports/items/x"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(allow("/collections/hazards/items/x/statements"), "POST, OPTIONS");
    EXPECT_EQ(server.ask("OPTIONS", "/collections/nothing/items").status, 404);

    const auto created = create(hazard("x"));
    const auto path = path_of(created);
    EXPECT_EQ(server.get(path).status, 200) << "Location is the item";
    EXPECT_EQ(server.get(path).header("etag").substr(0, 1), "\"") << "strong";
    EXPECT_EQ(server.ask("PUT", path, if_match(created) + "Content-Type: text/plain\r\n", hazard("y").dump()).status,
              415);
    EXPECT_EQ(server.ask("PATCH", path, if_match(created) + "Content-Type: application/xml\r\n", "{}").status, 415);
    const auto quiet = server.ask("PATCH", path, if_match(created) + kFeature + "Prefer: return=minimal\r\n",
                                  R"({"properties":{"remarks":"z"}})");
    EXPECT_EQ(quiet.status, 204);
    EXPECT_TRUE(quiet.body.empty());
    EXPECT_EQ(quiet.header("preference-applied"), "return=minimal");
    EXPECT_EQ(quiet.header("etag"), server.get(path).header("etag"));
    EXPECT_EQ(server.ask("DELETE", path, "If-Match: \"other\", " + std::string{quiet.header("etag")} + "\r\n").status,
              204);
    const auto made =
        server.ask("POST", "/collections/hazards/items",
                   std::string{kFeature} + "Prefer: handling=strict, return=minimal\r\n", hazard("q").dump());
    EXPECT_EQ(made.status, 201);
    EXPECT_TRUE(made.body.empty());
    EXPECT_FALSE(made.header("location").empty());
}

class Agencies : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string fia = token("fia", "analyst"), anf = token("anf", "analyst"), viewer = token("fia", "viewer");
    test::Server server{folder.path("data"), {}};

    std::string token(const char* agency, const char* role) const {
        return test::token_header(folder.path("data"), role, agency);
    }
};

TEST_F(Agencies, nobody_sees_or_changes_what_belongs_to_another_agency) {
    const auto created = server.ask("POST", "/collections/hazards/items", fia + kFeature, hazard("ours").dump());
    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(json::parse(created.body)["properties"]["agency"], "fia");
    const auto path = path_of(created);
    EXPECT_EQ(server.get(path, fia).status, 200);
    EXPECT_EQ(server.get(path, anf).status, 404);
    EXPECT_EQ(server.get(path + "/history", anf).status, 404);
    EXPECT_EQ(server.get(path).status, 404);
    EXPECT_EQ(server.ask("DELETE", path, anf + if_match(created)).status, 404) << "not even its being there";
    EXPECT_EQ(server.get("/tiles/hazards/0/0/0.mvt", anf).status, 204);
    EXPECT_EQ(server.get("/tiles/hazards/0/0/0.mvt", fia).status, 200);
    EXPECT_EQ(json::parse(server.get("/collections/hazards", anf).body)["sarhad"]["count"], 0);
    EXPECT_EQ(server.ask("POST", "/collections/hazards/items", viewer + kFeature, hazard("x").dump()).status, 403);
    auto claimed = hazard("in another's name");
    claimed["properties"]["agency"] = "anf";
    EXPECT_EQ(server.ask("POST", "/collections/hazards/items", fia + kFeature, claimed.dump()).status, 403);
}

TEST_F(Agencies, a_released_row_is_read_by_the_other_agency_and_changed_only_by_its_owner) {
    auto feature = hazard("shared");
    feature["properties"]["releasable_to"] = {"anf"};
    const auto created = server.ask("POST", "/collections/hazards/items", fia + kFeature, feature.dump());
    ASSERT_EQ(created.status, 201);
    const auto theirs = server.get(path_of(created), anf);
    EXPECT_EQ(theirs.status, 200);
    EXPECT_EQ(server.ask("DELETE", path_of(created), anf + if_match(theirs)).status, 403);
}

} // namespace
