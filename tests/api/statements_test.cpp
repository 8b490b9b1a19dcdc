// Statements appended to reports: who may say what, what the row shows after it, and that nothing said is lost.
#include "tests/api/program.hpp"

#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>
#include <thread>

namespace {

using nlohmann::json;
using test::Answer;
using test::path_of;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";
constexpr const char* kJson = "Content-Type: application/json\r\n";

json report(const json& more = json::object()) {
    json feature{
        {"type", "Feature"},
        {"geometry", {{"type", "Point"}, {"coordinates", {61.55, 28.85}}}},
        {"properties",
         {{"kind", "som"}, {"count_min", 3}, {"count_max", 7}, {"source_reliability", "C"}, {"remarks", "seen"}}}};
    feature["properties"].update(more);
    return feature;
}

// UUIDv7s of a test's own, in order.
std::string uuid7(int n) {
    char text[40];
    std::snprintf(text, sizeof text, "01890a5d-ac96-7%03x-8000-%012x", n & 0xfff, n);
    return text;
}

class Statements : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string analyst = token("fia", "analyst"), field = token("fia", "field_unit"), viewer = token("fia", "viewer"),
                other = token("anf", "analyst"), other_field = token("anf", "field_unit"),
                stranger = token("asf", "analyst");
    test::Server server{folder.path("data"), {}};

    std::string token(const char* agency, const char* role) const {
        return test::token_header(folder.path("data"), role, agency);
    }
    // A report of fia that anf reads too.
    std::string make(json more = json::object()) const {
        more["releasable_to"] = {"anf"};
        const auto created = server.ask("POST", "/collections/reports/items", analyst + kFeature, report(more).dump());
        EXPECT_EQ(created.status, 201) << created.body;
        return path_of(created);
    }
    Answer say(const std::string& path, const std::string& who, const json& statement) const {
        return server.ask("POST", path + "/statements", who + kJson, statement.dump());
    }
    json read(const std::string& path, const std::string& who) const {
        const auto answer = server.get(path, who);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    }
    json properties(const std::string& path, const std::string& who) const { return read(path, who)["properties"]; }
};

std::string pointer(const Answer& answer) {
    return json::parse(answer.body).value("pointer", "none");
}

TEST_F(Statements, a_correction_changes_the_picture_and_the_original_is_still_to_be_read) {
    const auto path = make();
    const json moved{{"type", "Point"}, {"coordinates", {61.6, 28.9}}};
    const auto answer = say(path, field,
                            {{"type", "correction"},
                             {"reason", "counted again"},
                             {"properties", {{"count_min", 5}, {"remarks", nullptr}}},
                             {"geometry", moved}});
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_FALSE(answer.header("location").empty());
    const auto now = read(path, analyst);
    EXPECT_EQ(now["properties"]["count_min"], 5);
    EXPECT_EQ(now["properties"]["count_max"], 7);
    EXPECT_TRUE(now["properties"]["remarks"].is_null());
    EXPECT_EQ(now["geometry"], moved);
    const auto said = now["properties"]["statements"].at(0);
    EXPECT_EQ(said["type"], "correction");
    EXPECT_EQ(said["agency"], "fia");
    EXPECT_EQ(said["reason"], "counted again");
    EXPECT_TRUE(said.contains("id") && said.contains("at"));
    EXPECT_EQ(said["changes"]["count_min"], (json{{"from", 3}, {"to", 5}}));
    EXPECT_EQ(said["changes"]["remarks"]["from"], "seen");
    const auto versions = json::parse(server.get(path + "/history", analyst).body)["versions"];
    ASSERT_EQ(versions.size(), 2u);
    EXPECT_EQ(versions[0]["feature"]["properties"]["count_min"], 3);
    EXPECT_EQ(versions[1]["statement"], said["id"]);
}

TEST_F(Statements, another_agency_grades_and_validates_beside_the_owner_and_in_its_own_name_only) {
    const auto path = make();
    ASSERT_EQ(say(path, other, {{"type", "grading"}, {"source_reliability", "E"}, {"info_credibility", "5"}}).status,
              201);
    ASSERT_EQ(say(path, other, {{"type", "validation"}, {"validation", "disputed"}, {"reason", "no such boat"}}).status,
              201);
    auto now = properties(path, analyst);
    EXPECT_EQ(now["source_reliability"], "C") << "the owner's own grade stands";
    EXPECT_TRUE(now["validation"].is_null());
    EXPECT_EQ(now["statements"][0]["agency"], "anf");
    EXPECT_EQ(now["statements"][0]["source_reliability"], "E");
    ASSERT_EQ(say(path, analyst, {{"type", "grading"}, {"source_reliability", "A"}}).status, 201);
    ASSERT_EQ(say(path, analyst, {{"type", "validation"}, {"validation", "validated"}}).status, 201);
    now = properties(path, other);
    EXPECT_EQ(now["source_reliability"], "A");
    EXPECT_EQ(now["validation"], "validated");
    EXPECT_EQ(now["statements"].size(), 4u);
    auto claimed = json{{"type", "grading"}, {"source_reliability", "A"}, {"agency", "fia"}};
    EXPECT_EQ(pointer(say(path, other, claimed)), "/agency") << "nobody speaks in another's name";
}

TEST_F(Statements, who_may_not_say_it_is_refused_and_nothing_changes) {
    const auto path = make();
    const auto before = std::string{server.get(path, analyst).header("etag")};
    const json correction{{"type", "correction"}, {"reason", "x"}, {"properties", {{"count_min", 1}}}};
    const json withdrawal{{"type", "withdrawal"}, {"reason", "x"}};
    const json grading{{"type", "grading"}, {"source_reliability", "A"}};
    EXPECT_EQ(say(path, other, correction).status, 403);
    EXPECT_EQ(say(path, other, withdrawal).status, 403);
    EXPECT_EQ(say(path, field, withdrawal).status, 403);
    EXPECT_EQ(say(path, field, grading).status, 403);
    EXPECT_EQ(say(path, other_field, grading).status, 403);
    EXPECT_EQ(say(path, viewer, grading).status, 403);
    EXPECT_EQ(say(path, stranger, grading).status, 404) << "not even its being there";
    EXPECT_EQ(say(path, "", grading).status, 404);
    EXPECT_EQ(server.get(path, analyst).header("etag"), before);
    EXPECT_EQ(server.stop(), 0);
    std::ifstream file{folder.path("data/sarhad.sqlite"), std::ios::binary};
    std::stringstream bytes;
    bytes << file.rdbuf();
    EXPECT_NE(bytes.str().find("write_refused"), std::string::npos) << "who tried is in the audit";
}

TEST_F(Statements, a_withdrawn_report_stays_and_says_so_and_can_be_put_back) {
    const auto path = make();
    EXPECT_EQ(properties(path, analyst)["withdrawn"], false);
    EXPECT_EQ(pointer(say(path, analyst, {{"type", "withdrawal"}})), "/reason");
    ASSERT_EQ(say(path, analyst, {{"type", "withdrawal"}, {"reason", "another's boat"}}).status, 201);
    EXPECT_EQ(properties(path, other)["withdrawn"], true);
    EXPECT_EQ(json::parse(server.get("/collections/reports", analyst).body)["sarhad"]["count"], 1);
    const auto without = json::parse(server.get("/collections/reports/items?filter=withdrawn%3Dfalse", analyst).body);
    EXPECT_EQ(without["numberMatched"], 0);
    EXPECT_NE(server.get("/tiles/reports/0/0/0.mvt", analyst).body.find("withdrawn"), std::string::npos);
    ASSERT_EQ(say(path, analyst, {{"type", "reinstatement"}, {"reason", "it was ours"}}).status, 201);
    EXPECT_EQ(properties(path, analyst)["withdrawn"], false);
}

TEST_F(Statements, a_statement_sent_again_is_one_and_its_id_is_taken_for_any_other) {
    const auto path = make();
    json statement{{"type", "correction"}, {"id", uuid7(1)}, {"reason", "x"}, {"properties", {{"count_min", 4}}}};
    ASSERT_EQ(say(path, analyst, statement).status, 201);
    ASSERT_EQ(say(path, analyst, {{"type", "correction"}, {"reason", "y"}, {"properties", {{"count_min", 6}}}}).status,
              201);
    EXPECT_EQ(say(path, analyst, statement).status, 200);
    EXPECT_EQ(properties(path, analyst)["count_min"], 6) << "said before, so it changes nothing now";
    EXPECT_EQ(properties(path, analyst)["statements"].size(), 2u);
    statement["properties"]["count_min"] = 5;
    EXPECT_EQ(say(path, analyst, statement).status, 409);
    EXPECT_EQ(say(path, other, {{"type", "grading"}, {"id", uuid7(1)}, {"source_reliability", "A"}}).status, 409);
    statement["id"] = "not one";
    EXPECT_EQ(pointer(say(path, analyst, statement)), "/id");
}

TEST_F(Statements, many_who_append_at_once_lose_nothing_and_need_no_if_match) {
    const auto path = make();
    std::atomic<int> said{0};
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < 24; ++i)
            all.emplace_back([&, i] {
                const json grade{
                    {"type", "grading"}, {"id", uuid7(i)}, {"info_credibility", std::to_string(i % 6 + 1)}};
                for (int tries = 0; tries < 100; ++tries) { // a full queue says 503: come again
                    if (say(path, i % 2 ? analyst : other, grade).status != 201) continue;
                    ++said;
                    break;
                }
            });
    }
    EXPECT_EQ(said, 24);
    std::set<std::string> ids;
    const auto now = properties(path, analyst);
    for (const auto& statement : now["statements"]) ids.insert(statement["id"]);
    EXPECT_EQ(ids.size(), 24u);
}

TEST_F(Statements, who_names_a_version_with_if_match_is_held_to_it) {
    const auto path = make();
    const auto etag = "If-Match: " + std::string{server.get(path, analyst).header("etag")} + "\r\n";
    const json grade{{"type", "grading"}, {"info_credibility", "2"}};
    EXPECT_EQ(say(path, analyst + etag, grade).status, 201);
    EXPECT_EQ(say(path, analyst + etag, grade).status, 412);
}

TEST_F(Statements, bad_ones_are_refused_with_a_pointer) {
    const auto path = make();
    const auto wrong = [&](const json& statement, const std::string& where) {
        const auto answer = say(path, analyst, statement);
        EXPECT_EQ(answer.status, 422) << statement << answer.body;
        EXPECT_EQ(pointer(answer), where) << statement;
    };
    const auto correction = [](const json& properties) {
        return json{{"type", "correction"}, {"reason", "x"}, {"properties", properties}};
    };
    wrong({{"type", "state"}, {"state", "intact"}}, "/type");
    wrong({{"reason", "x"}}, "/type");
    wrong({{"type", "correction"}, {"properties", {{"count_min", 1}}}}, "/reason");
    wrong({{"type", "correction"}, {"reason", "x"}}, "/properties");
    wrong(correction({{"no_such", 1}}), "/properties/no_such");
    wrong(correction({{"agency", "anf"}}), "/properties/agency");
    wrong(correction({{"source_reliability", "A"}}), "/properties/source_reliability");
    wrong(correction({{"withdrawn", true}}), "/properties/withdrawn");
    wrong(correction({{"statements", json::array()}}), "/properties/statements");
    wrong(correction({{"kind", nullptr}}), "/properties/kind");
    wrong(correction({{"kind", "picnic"}}), "/properties/kind");
    wrong(correction({{"count_min", "many"}}), "/properties/count_min");
    wrong(correction({{"remarks", "call 0300-1234567"}}), "/properties/remarks");
    wrong(correction({{"persons", json::array()}}), "/properties/persons"); // without a stated reason it isn't there
    wrong({{"type", "correction"}, {"reason", "x"}, {"geometry", {{"type", "Blob"}}}}, "/geometry/type");
    wrong({{"type", "withdrawal"}, {"reason", "call 0300-1234567"}}, "/reason");
    wrong({{"type", "withdrawal"}, {"reason", std::string(2000, 'x')}}, "/reason");
    wrong({{"type", "withdrawal"}, {"reason", "x"}, {"count_min", 1}}, "/count_min");
    wrong({{"type", "grading"}}, "/source_reliability");
    wrong({{"type", "grading"}, {"source_reliability", "Z"}}, "/source_reliability");
    wrong({{"type", "validation"}}, "/validation");
    EXPECT_EQ(server.ask("POST", path + "/statements", analyst + kJson, "{").status, 400);
    EXPECT_EQ(server.ask("POST", path + "/statements", analyst + "Content-Type: text/plain\r\n", "{}").status, 415);
    EXPECT_EQ(properties(path, analyst)["statements"], nullptr);
    EXPECT_EQ(server
                  .ask("POST", "/collections/hazards/items/" + uuid7(1) + "/statements", analyst + kJson,
                       R"({"type":"grading","source_reliability":"A"})")
                  .status,
              405);
}

TEST_F(Statements, a_correction_of_need_to_know_fields_shows_to_nobody_without_the_need) {
    const auto path = make();
    const auto reason = analyst + "Sarhad-Reason: case 7\r\n";
    const json persons = json::array({{{"sex", "f"}, {"count", 2}}});
    ASSERT_EQ(
        say(path, reason, {{"type", "correction"}, {"reason", "told later"}, {"properties", {{"persons", persons}}}})
            .status,
        201);
    EXPECT_EQ(properties(path, reason)["persons"], persons);
    const auto id = properties(path, analyst)["statements"][0]["id"].get<std::string>();
    EXPECT_EQ(properties(path, reason)["statement_details"][id]["persons"]["to"], persons);
    for (const auto& who : {analyst, viewer, other})
        for (const auto& where : {path, path + "/history", std::string{"/collections/reports/items"}})
            EXPECT_EQ(server.get(where, who).body.find("persons"), std::string::npos) << where;
}

TEST_F(Statements, an_account_is_shown_to_its_own_agency_and_to_no_other) {
    const auto path = make();
    ASSERT_EQ(say(path, other, {{"type", "grading"}, {"source_reliability", "E"}}).status, 201);
    const auto ours = json::parse(server.get(path + "/history", analyst).body)["versions"];
    const auto theirs = json::parse(server.get(path + "/history", other).body)["versions"];
    ASSERT_EQ(ours.size(), 2u);
    EXPECT_TRUE(ours[0].contains("account"));
    EXPECT_FALSE(ours[1].contains("account"));
    EXPECT_EQ(ours[1]["agency"], "anf");
    EXPECT_FALSE(theirs[0].contains("account"));
    EXPECT_EQ(theirs[0]["agency"], "fia");
    EXPECT_TRUE(theirs[1].contains("account"));
}

TEST_F(Statements, a_report_sent_again_after_others_spoke_about_it_is_the_same_report) {
    auto feature = report();
    feature["id"] = uuid7(9);
    const auto send = [&] {
        return server.ask("POST", "/collections/reports/items", analyst + kFeature, feature.dump());
    };
    const auto first = send();
    ASSERT_EQ(first.status, 201);
    const auto path = path_of(first);
    ASSERT_EQ(say(path, analyst, {{"type", "correction"}, {"reason", "x"}, {"properties", {{"count_min", 4}}}}).status,
              201);
    ASSERT_EQ(say(path, analyst, {{"type", "grading"}, {"source_reliability", "A"}}).status, 201);
    EXPECT_EQ(send().status, 200);
    EXPECT_EQ(properties(path, analyst)["count_min"], 4);
    feature["properties"]["count_min"] = 6;
    EXPECT_EQ(send().status, 409);
}

TEST_F(Statements, whatever_is_sent_is_answered_and_what_was_refused_leaves_nothing) {
    const auto path = make();
    std::mt19937 random{5};
    const std::vector<json> values{nullptr,
                                   true,
                                   -1,
                                   1e308,
                                   "x",
                                   "2026-01-01",
                                   json::array(),
                                   json::object(),
                                   "A",
                                   {{"type", 7}},
                                   {{"kind", {{"a", {1, 2}}}}},
                                   std::string(2000, 'y'),
                                   "\xd9\xa0",
                                   json::array({json::array({1, "x"})})};
    const std::vector<std::string> names{
        "type",       "id",    "reason", "properties", "geometry", "source_reliability", "info_credibility",
        "validation", "state", "agency", "at",         "changes"};
    const std::vector<std::string> types{"correction", "grading", "validation", "withdrawal", "reinstatement", "state"};
    std::size_t taken = 0;
    for (int i = 0; i < 400; ++i) {
        json body{{"type", types[random() % types.size()]}, {"reason", "x"}};
        for (auto n = random() % 4; n > 0; --n) body[names[random() % names.size()]] = values[random() % values.size()];
        if (random() % 3 == 0)
            body["properties"] = {{"kind", values[random() % values.size()]},
                                  {"remarks", values[random() % values.size()]}};
        const auto answer = say(path, analyst, body);
        EXPECT_TRUE(answer.status == 201 || answer.status == 422 || answer.status == 413) << answer.status << body;
        if (answer.status == 201) ++taken;
    }
    EXPECT_GT(taken, 0u);
    EXPECT_EQ(properties(path, analyst)["statements"].size(), taken);
}

// The reference: what a reader makes of the first version and the list, by the words of the interface alone.
json fold(json feature, const json& statements, const std::string& owner) {
    for (const auto& said : statements) {
        if (said["type"] == "correction")
            for (const auto& [field, change] : said["changes"].items()) {
                auto& place = field == "geometry" ? feature["geometry"] : feature["properties"][field];
                EXPECT_EQ(place, change["from"]);
                place = change["to"];
            }
        if (said["type"] == "withdrawal") feature["properties"]["withdrawn"] = true;
        if (said["type"] == "reinstatement") feature["properties"]["withdrawn"] = false;
        if (said["agency"] != owner) continue;
        for (const char* field : {"source_reliability", "info_credibility", "validation"})
            if (said.contains(field)) feature["properties"][field] = said[field];
    }
    return feature;
}

TEST_F(Statements, whatever_is_said_the_picture_is_the_fold_of_it_over_the_original) {
    std::mt19937 random{7};
    const auto pick = [&](auto list) { return list[random() % list.size()]; };
    for (int round = 0; round < 4; ++round) {
        const auto path = make();
        for (int i = 0; i < 25; ++i) {
            const auto& who = random() % 3 ? analyst : other;
            json statement{{"type", pick(std::vector<std::string>{"correction", "correction", "grading", "validation",
                                                                  "withdrawal", "reinstatement"})},
                           {"reason", "said"}};
            if (statement["type"] == "correction") {
                if (random() % 2) statement["properties"]["count_min"] = random() % 9;
                if (random() % 2) statement["properties"]["direction"] = pick(std::vector<json>{"in", "out", nullptr});
                if (random() % 2) statement["properties"]["commodities"] = {{"fuel", random() % 9}};
                if (random() % 2)
                    statement["properties"]["valid_from"] =
                        "2026-03-0" + std::to_string(random() % 9 + 1) + "T05:00:00+05:00";
                if (random() % 3 == 0)
                    statement["geometry"] = {{"type", "Point"}, {"coordinates", {61 + random() % 100 / 100.0, 28.5}}};
            }
            if (statement["type"] == "grading")
                statement[pick(std::vector<std::string>{"source_reliability"})] =
                    std::string(1, static_cast<char>('A' + random() % 6));
            if (statement["type"] == "validation")
                statement["validation"] = pick(std::vector<std::string>{"validated", "disputed"});
            const int status = say(path, who, statement).status;
            EXPECT_TRUE(status == 201 || status == 403 || status == 422) << status << statement;
        }
        const auto versions = json::parse(server.get(path + "/history", analyst).body)["versions"];
        const auto now = read(path, analyst);
        auto expected = fold(versions[0]["feature"], now["properties"]["statements"], "fia");
        EXPECT_EQ(versions.size(), now["properties"]["statements"].size() + 1);
        for (const char* stamped :
             {"version", "recorded_at", "statements", "section_id", "distance_along_m", "offset_m"})
            expected["properties"][stamped] = now["properties"][stamped];
        EXPECT_EQ(expected["properties"], now["properties"]);
        EXPECT_EQ(expected["geometry"], now["geometry"]);
    }
}

} // namespace
