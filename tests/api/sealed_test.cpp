// Reports of distress, death and missing persons are always taken; people's numbers in them are read by the rescue role
// alone, wherever one looks.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;
using test::Answer;
using test::path_of;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";
constexpr const char* kReason = "Sarhad-Reason: boat 12\r\n";
constexpr const char* kNumber = "0300-1234567";

class Sealed : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string unit = token("fia", "field_unit"), admin = token("fia", "agency_admin"),
                viewer = token("fia", "viewer"), protection = token("fia", "protection"),
                rescue = token("pmsa", "rescue");
    test::Server server{folder.path("data"), {}};

    std::string token(const char* agency, const char* role) const {
        return test::token_header(folder.path("data"), role, agency);
    }
    Answer send(const char* kind, const json& more) const {
        json feature{{"type", "Feature"},
                     {"geometry", {{"type", "Point"}, {"coordinates", {62.3, 25.1}}}},
                     {"properties", {{"kind", kind}}}};
        feature["properties"].update(more);
        return server.ask("POST", "/collections/reports/items", unit + kFeature, feature.dump());
    }
    json properties(const std::string& path, const std::string& who) const {
        const auto answer = server.get(path, who);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body)["properties"];
    }
};

TEST_F(Sealed, a_rescue_report_with_a_number_is_taken_and_any_other_is_refused) {
    for (const char* kind : {"distress", "death", "missing"})
        for (const json& more : {json{{"remarks", "call 0300-1234567 now"}}, json{{"remarks", "id 42101-1234567-1"}},
                                 json{{"place", "+92 300 1234567"}}, json{{"jurisdictions", {"a", "0300-1234567"}}},
                                 json{{"commodities", {{"0300-1234567", "fuel"}}}}, json{{"remarks", "۰۳۰۰-۱۲۳۴۵۶۷"}}})
            EXPECT_EQ(send(kind, more).status, 201) << kind << more;
    const auto refused = send("som", {{"remarks", "call 0300-1234567"}});
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(json::parse(refused.body)["pointer"], "/properties/remarks");
    EXPECT_EQ(send("som", {{"commodities", {{"0300-1234567", "fuel"}}}}).status, 422);
}

// Whether a guess is right is told by no answer: who sends the report again hears the same either way.
TEST_F(Sealed, a_number_can_not_be_guessed_by_sending_the_report_again) {
    const auto again = [&](const char* number) {
        const json feature{{"type", "Feature"},
                           {"id", "01910000-0000-7000-8000-000000000001"},
                           {"geometry", {{"type", "Point"}, {"coordinates", {62.3, 25.1}}}},
                           {"properties", {{"kind", "distress"}, {"remarks", "call " + std::string{number}}}}};
        return server.ask("POST", "/collections/reports/items", unit + kFeature, feature.dump());
    };
    ASSERT_EQ(again("0300-1234567").status, 201);
    const auto right = again("0300-1234567"), wrong = again("0300-7654321");
    EXPECT_EQ(right.status, 200);
    EXPECT_EQ(wrong.status, 200);
    EXPECT_EQ(right.body, wrong.body);
    EXPECT_EQ(right.header("etag"), wrong.header("etag"));
    const auto seen = properties("/collections/reports/items/01910000-0000-7000-8000-000000000001", rescue + kReason);
    EXPECT_EQ(seen["sealed"]["numbers"].size(), 1u);
}

TEST_F(Sealed, the_rescue_role_with_a_reason_reads_the_number_and_nobody_else_anywhere) {
    const auto path = path_of(send("distress", {{"remarks", "boat adrift, call 0300-1234567 now"}}));
    const auto seen = properties(path, rescue + kReason);
    EXPECT_EQ(seen["remarks"], "boat adrift, call [sealed] now");
    ASSERT_EQ(seen["sealed"]["numbers"].size(), 1u);
    EXPECT_EQ(seen["sealed"]["numbers"][0]["number"], kNumber);
    EXPECT_EQ(seen["sealed"]["numbers"][0]["field"], "remarks");
    for (const auto& who : {unit, unit + kReason, admin + kReason, protection + kReason, viewer, rescue})
        for (const auto& where :
             {path, path + "/history", std::string{"/collections/reports/items"},
              std::string{"/collections/reports/schema"}, std::string{"/collections/reports/queryables"},
              std::string{"/tiles/reports/0/0/0.mvt?budget=0"}, std::string{"/tiles/reports.json"}}) {
            const auto answer = server.get(where, who);
            EXPECT_EQ(answer.body.find("1234567"), std::string::npos) << where;
            EXPECT_EQ(answer.body.find("\"sealed\""), std::string::npos) << where << answer.body;
        }
    EXPECT_EQ(server.get("/collections/reports/items?filter=sealed%20IS%20NULL", admin + kReason).status, 400);
    EXPECT_EQ(server.get("/collections/reports/items?properties=sealed", admin + kReason).status, 400);
    const auto tile = server.get("/tiles/reports/0/0/0.mvt", rescue + kReason);
    EXPECT_EQ(tile.status, 200);
    EXPECT_EQ(tile.body.find("1234567"), std::string::npos) << "never on a tile";
}

TEST_F(Sealed, a_number_in_a_correction_or_a_reason_is_sealed_too) {
    const auto path = path_of(send("missing", {{"remarks", "call 0300-1234567"}}));
    const auto say = [&](const json& statement) {
        return server.ask("POST", path + "/statements", unit + "Content-Type: application/json\r\n", statement.dump());
    };
    const auto corrected = say({{"type", "correction"},
                                {"reason", "his brother, 0301-7654321, says"},
                                {"properties", {{"remarks", "call 0302-1112223"}}}});
    ASSERT_EQ(corrected.status, 201) << corrected.body;
    const auto seen = properties(path, rescue + kReason);
    EXPECT_EQ(seen["sealed"]["numbers"].size(), 3u) << seen["sealed"];
    EXPECT_EQ(seen["statements"][0]["reason"], "his brother, [sealed], says");
    for (const char* digits : {"1234567", "7654321", "1112223"})
        EXPECT_EQ(server.get(path + "/history", admin + kReason).body.find(digits), std::string::npos);
}

TEST_F(Sealed, the_same_report_sent_again_is_the_same_and_seals_nothing_twice) {
    const json more{{"remarks", "call 0300-1234567"}};
    json feature{{"type", "Feature"},
                 {"id", "01890a5d-ac96-774b-bcce-b302099a8057"},
                 {"geometry", nullptr},
                 {"properties", {{"kind", "distress"}, {"remarks", "call 0300-1234567"}}}};
    const auto post = [&] { return server.ask("POST", "/collections/reports/items", unit + kFeature, feature.dump()); };
    const auto first = post();
    ASSERT_EQ(first.status, 201);
    EXPECT_EQ(post().status, 200);
    EXPECT_EQ(properties(path_of(first), rescue + kReason)["sealed"]["numbers"].size(), 1u);
    EXPECT_EQ(properties(path_of(first), unit)["version"], 1);
}

TEST_F(Sealed, an_import_seals_as_a_post_does) {
    const auto file = folder.write("r.csv", "lon,lat,kind,remarks\n62,25,distress,call 0300-1234567\n");
    const auto other = folder.write("s.csv", "lon,lat,kind,remarks\n62,25,som,call 0300-1234567\n");
    const auto take = [&](const std::string& path) {
        return test::run({"import", "--data-dir", folder.path("other"), "--layer", "reports", "--agency", "fia", path});
    };
    EXPECT_EQ(take(file).exit_code, 0);
    EXPECT_NE(take(other).exit_code, 0);
    const test::Server open{folder.path("other")};
    const auto without = open.get("/collections/reports/items").body;
    EXPECT_NE(without.find("[sealed]"), std::string::npos);
    EXPECT_EQ(without.find("1234567"), std::string::npos) << "not even with --open, unless a reason is stated";
    EXPECT_NE(open.get("/collections/reports/items", kReason).body.find(kNumber), std::string::npos);
}

} // namespace
