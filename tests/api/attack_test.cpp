// What one agency may learn of, or do to, another's rows: each test is an attack that worked once.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;
using test::Answer;

json hazard(const json& properties = json::object()) {
    json feature{{"type", "Feature"},
                 {"geometry", {{"type", "Point"}, {"coordinates", {66.45, 30.92}}}},
                 {"properties", {{"kind", "heat"}}}};
    feature["properties"].update(properties);
    return feature;
}

class Attack : public testing::Test {
protected:
    test::TemporaryFolder folder;
    const std::string data = folder.path("data");
    const std::string fia = token("analyst", "fia"), anf = token("analyst", "anf"), nobody = token("analyst", "");
    test::Server server{data, {}};

    std::string token(const std::string& role, const std::string& agency) const {
        return test::token_header(data, role, agency);
    }
    Answer post(const std::string& who, const json& feature) const {
        return server.ask("POST", "/collections/hazards/items", who + "Content-Type: application/geo+json\r\n",
                          feature.dump());
    }
};

// Ids of imported rows are hashes (version 8) of agency and reference: whoever guesses a reference knows the id.
TEST_F(Attack, no_id_that_can_be_computed_is_taken_from_a_client_whether_its_row_exists_or_not) {
    for (const char* id : {"10076532-915a-80b0-89ab-9da3b6c71bad", "10076532-915a-50b0-89ab-9da3b6c71bad"}) {
        auto feature = hazard();
        feature["id"] = id;
        const auto answer = post(fia, feature);
        EXPECT_EQ(answer.status, 422) << id;
        EXPECT_EQ(json::parse(answer.body)["pointer"], "/id");
    }
}

TEST_F(Attack, who_has_no_agency_makes_no_row_that_everybody_would_see) {
    EXPECT_EQ(post(nobody, hazard()).status, 403);
    EXPECT_EQ(json::parse(server.get("/collections/hazards/items", anf).body)["numberMatched"], 0);
}

TEST_F(Attack, a_body_does_not_write_into_another_scenario_than_its_request) {
    EXPECT_EQ(post(fia, hazard({{"scenario_id", "other"}})).status, 422);
    EXPECT_EQ(json::parse(server.get("/collections/hazards/items?scenario=other", fia).body)["numberMatched"], 0);
}

TEST_F(Attack, a_release_that_was_taken_back_is_over_for_the_older_versions_too) {
    auto feature = hazard({{"releasable_to", {"anf"}}, {"remarks", "for a while"}});
    const auto created = post(fia, feature);
    ASSERT_EQ(created.status, 201);
    const std::string path = "/collections/hazards/items/" + json::parse(created.body)["id"].get<std::string>();
    const std::string then = json::parse(created.body)["properties"]["recorded_at"];
    ASSERT_EQ(server.get(path, anf).status, 200);
    ASSERT_EQ(server.get(path + "/history", anf).status, 200);

    feature["properties"]["handling"] = "H3";
    ASSERT_EQ(
        server.ask("PUT", path, fia + "Content-Type: application/geo+json\r\nIf-Match: *\r\n", feature.dump()).status,
        200);
    for (const auto& hidden : {path, path + "/history", path + "?at=" + then})
        EXPECT_EQ(server.get(hidden, anf).status, 404) << hidden;
    const auto page = json::parse(server.get("/collections/hazards/items?at=" + then, anf).body);
    EXPECT_EQ(page["numberMatched"], 0);
    EXPECT_EQ(json::parse(server.get(path + "/history", fia).body)["versions"].size(), 2u);
    EXPECT_EQ(server.get(path + "?at=" + then, fia).status, 200);
}

TEST_F(Attack, a_statement_holds_short_texts_once_and_no_hidden_documents_or_numbers) {
    auto feature = hazard();
    feature["properties"] = {{"name", "km 12"}, {"fence_type", "fence"}};
    feature["geometry"] = {{"type", "LineString"}, {"coordinates", {{66, 30}, {66.1, 30}}}};
    const auto created = server.ask("POST", "/collections/fence_segments/items",
                                    fia + "Content-Type: application/geo+json\r\n", feature.dump());
    ASSERT_EQ(created.status, 201);
    const std::string path =
        "/collections/fence_segments/items/" + json::parse(created.body)["id"].get<std::string>() + "/statements";
    const auto append = [&](const json& more) {
        json statement{{"type", "state"}, {"state", "breached"}, {"observed_at", "2026-01-01T00:00:00Z"}};
        statement.update(more);
        return server.ask("POST", path, fia + "Content-Type: application/json\r\n", statement.dump());
    };
    for (const auto& [name, more] : {std::pair{"/cause", json{{"cause", {{"seen by", "0300 1234567"}}}}},
                                     {"/cause", json{{"cause", std::string(1001, 'a')}}},
                                     {"/cause", json{{"cause", "call 03001234567"}}},
                                     {"/tel", json{{"tel", 923001234567}}}}) {
        const auto answer = append(more);
        EXPECT_EQ(answer.status, 422) << more;
        EXPECT_EQ(json::parse(answer.body)["pointer"], name);
    }
    EXPECT_EQ(append({{"cause", "flood"}}).status, 201);
    const auto again = append({{"cause", "flood"}}); // the answer was lost: nothing is told twice
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(json::parse(again.body)["properties"]["states"].size(), 1u);
}

} // namespace
