// Reports become events over HTTP: suggested, judged by people, taken apart again, and never told to who may not see.
#include "tests/api/event_stream.hpp"
#include "tests/api/program.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace {

using nlohmann::json;
using test::Answer;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";
constexpr const char* kJson = "Content-Type: application/json\r\n";

std::string id_of(const Answer& created) {
    const auto path = test::path_of(created);
    return path.substr(path.rfind('/') + 1);
}

class Fusion : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string fia = token("fia", "analyst"), anf = token("anf", "analyst"), viewer = token("fia", "viewer"),
                stranger = token("asf", "analyst");
    test::Server server{folder.path("data"), {}};

    std::string token(const char* agency, const char* role) const {
        return test::token_header(folder.path("data"), role, agency);
    }
    // A report of `who`, released to the others named; minutes after noon of 1 March 2026.
    std::string report(const std::string& who, int minute, const json& more = json::object(), double lon = 61.55,
                       std::vector<std::string> released = {"fia", "anf"}) const {
        char at[32];
        std::snprintf(at, sizeof at, "2026-03-01T12:%02d:00Z", minute);
        json feature{{"type", "Feature"},
                     {"geometry", {{"type", "Point"}, {"coordinates", {lon, 28.85}}}},
                     {"properties",
                      {{"kind", "som"},
                       {"valid_from", at},
                       {"geo_precision_m", 1000},
                       {"time_precision_s", 1800},
                       {"count_min", 5},
                       {"count_max", 7},
                       {"transport", "pickup"},
                       {"place", "Taftan"},
                       {"releasable_to", released}}}};
        if (more.is_object()) feature["properties"].update(more);
        const auto created = server.ask("POST", "/collections/reports/items", who + kFeature, feature.dump());
        EXPECT_EQ(created.status, 201) << created.body;
        return id_of(created);
    }
    Answer judge(const std::string& who, const std::string& a, const std::string& b, const std::string& verdict,
                 json more = json::object()) const {
        more.update({{"a", a}, {"b", b}, {"verdict", verdict}});
        return server.ask("POST", "/judgements", who + kJson, more.dump());
    }
    json get(const std::string& path, const std::string& who) const {
        const auto answer = server.get(path, who);
        EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
        return json::parse(answer.body);
    }
    json queue(const std::string& who) const { return get("/judgements/queue", who); }
    json events(const std::string& who) const { return get("/collections/events/items?limit=100", who)["features"]; }
};

TEST_F(Fusion, two_agencies_reports_of_one_thing_are_suggested_with_the_reasons_as_soon_as_they_are_there) {
    const auto one = report(fia, 0), other = report(anf, 10, {}, 61.553);
    const auto pairs = queue(fia)["pairs"];
    ASSERT_EQ(pairs.size(), 1u);
    EXPECT_EQ((std::set<std::string>{pairs[0]["a"], pairs[0]["b"]}), (std::set<std::string>{one, other}));
    EXPECT_GE(pairs[0]["probability"], 0.5);
    double sum = 0;
    std::set<std::string> names;
    for (const auto& term : pairs[0]["terms"]) {
        sum += term["bits"].get<double>();
        names.insert(term["name"]);
        EXPECT_FALSE(term["said"].get<std::string>().empty());
    }
    EXPECT_NEAR(sum, pairs[0]["score"].get<double>(), 0.01) << "the terms are the whole score";
    EXPECT_TRUE(names.contains("distance") && names.contains("time") && names.contains("kind"));
    EXPECT_EQ(events(fia).size(), 2u) << "nothing merges unattended";
}

TEST_F(Fusion, a_judgement_makes_one_event_and_undoing_it_gives_back_what_was) {
    const auto one = report(fia, 0), other = report(anf, 10);
    auto before = events(fia);
    const auto judged = judge(fia, one, other, "same", {{"why", "same pickup"}});
    ASSERT_EQ(judged.status, 201) << judged.body;
    const auto merged = events(fia);
    ASSERT_EQ(merged.size(), 1u);
    EXPECT_EQ(merged[0]["id"], one) << "the oldest report's id";
    EXPECT_EQ(merged[0]["properties"]["corroboration"], 2);
    EXPECT_EQ(queue(fia)["pairs"].size(), 0u);
    EXPECT_EQ(server.get("/collections/events/items/" + other, fia).status, 404);

    ASSERT_EQ(judge(anf, one, other, "none").status, 201);
    auto after = events(fia);
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        for (const char* member : {"version", "recorded_at"}) {
            after[i]["properties"].erase(member);
            before[i]["properties"].erase(member);
        }
        EXPECT_EQ(after[i], before[i]);
    }
    EXPECT_EQ(queue(fia)["pairs"].size(), 1u) << "it is asked again";
}

TEST_F(Fusion, why_an_event_is_what_it_is_can_be_taken_apart) {
    const auto one =
        report(fia, 0, {{"source_reliability", "C"}, {"info_credibility", "3"}, {"tip_status", "suspected"}});
    const auto other =
        report(anf, 10, {{"source_reliability", "A"}, {"info_credibility", "1"}, {"count_min", 20}, {"count_max", 25}},
               61.553);
    ASSERT_EQ(judge(fia, one, other, "same", {{"why", "same pickup"}}).status, 201);
    const auto why = get("/collections/events/items/" + one + "/why", fia);
    EXPECT_EQ(why["members"].size(), 2u);
    EXPECT_EQ(why["place"]["report"], other);
    EXPECT_EQ(why["place"]["reason"], "best graded: A1");
    EXPECT_EQ(why["conflicts"][0]["field"], "count");
    EXPECT_EQ(why["trafficking_0204"], json::parse(R"([{"report":")" + one + R"(","status":"suspected"}])"));
    EXPECT_TRUE(why["smuggling_08051"].empty());
    EXPECT_EQ(why["judgements"][0]["why"], "same pickup");
    EXPECT_EQ(why["judgements"][0]["agency"], "fia");
    EXPECT_EQ(why["pairs"].size(), 1u);
    EXPECT_FALSE(get("/collections/events/items/" + one + "/why", anf)["judgements"][0].contains("account"))
        << "an account is its own agency's business";
    const auto history = get("/collections/events/items/" + one + "/history", fia)["history"];
    EXPECT_EQ(history.size(), 3u);
    EXPECT_EQ(history[2]["what"], "judged");
}

TEST_F(Fusion, what_would_contradict_a_judgement_is_refused_with_the_path) {
    const auto a = report(fia, 0), b = report(anf, 5), c = report(anf, 10);
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    ASSERT_EQ(judge(fia, b, c, "different").status, 201);
    const auto no = judge(fia, a, c, "same");
    EXPECT_EQ(no.status, 409);
    const auto problem = json::parse(no.body);
    std::vector<std::string> path = problem["path"];
    EXPECT_EQ(path.size(), 3u);
    EXPECT_EQ(path[1], a);
    EXPECT_EQ(problem["against"]["verdict"], "different");
    EXPECT_EQ(events(fia).size(), 2u);
}

TEST_F(Fusion, two_people_who_judge_one_pair_at_once_get_one_yes_and_one_word_of_the_other) {
    const auto a = report(fia, 0), b = report(anf, 5);
    std::array<Answer, 2> answers;
    {
        std::jthread one{[&] { answers[0] = judge(fia, a, b, "same", {{"basis", nullptr}}); }};
        std::jthread two{[&] { answers[1] = judge(anf, a, b, "different", {{"basis", nullptr}}); }};
    }
    const bool first = answers[0].status == 201;
    EXPECT_EQ(answers[first ? 1 : 0].status, 412);
    EXPECT_EQ(answers[first ? 0 : 1].status, 201);
    const auto problem = json::parse(answers[first ? 1 : 0].body);
    EXPECT_EQ(problem["so_far"][0]["verdict"], first ? "same" : "different");
    EXPECT_EQ(get("/judgements", fia)["judgements"].size(), 1u);
}

TEST_F(Fusion, nobody_learns_of_a_report_that_is_not_theirs_through_fusion) {
    const auto mine = report(anf, 0), hidden = report(fia, 5, {{"count_max", 99}}, 61.55, {"fia"}),
               shared = report(fia, 10);
    const auto pairs = queue(anf)["pairs"];
    for (const auto& pair : pairs) EXPECT_TRUE(pair["a"] != hidden && pair["b"] != hidden);
    EXPECT_EQ(judge(anf, mine, hidden, "same").status, 404);
    ASSERT_EQ(judge(fia, shared, hidden, "same").status, 201);
    EXPECT_EQ(events(anf).size(), 2u);
    EXPECT_TRUE(get("/judgements", anf)["judgements"].empty());
    for (const auto& event : events(anf)) EXPECT_EQ(event["properties"]["reports"], 1);
    EXPECT_EQ(server.get("/collections/events/items/" + hidden + "/why", anf).status, 404);
    EXPECT_EQ(server.get("/collections/reports/items/" + hidden + "/candidates", anf).status, 404);
    const auto missing = [&](const std::string& id) {
        auto problem = json::parse(server.get("/collections/events/items/" + id, anf).body);
        problem.erase("instance");
        return problem;
    };
    EXPECT_EQ(missing(hidden), missing("01890a5d-ac96-7000-8000-000000000001")) << "as one that was never there";
    EXPECT_EQ(server.get("/collections/judgements/items", fia).status, 404) << "no collection of their own";
    EXPECT_EQ(events(stranger).size(), 0u);
}

TEST_F(Fusion, who_only_reads_judges_nothing) {
    const auto a = report(fia, 0), b = report(anf, 5);
    EXPECT_EQ(judge(viewer, a, b, "same").status, 403);
    EXPECT_EQ(judge("", a, b, "same").status, 401);
    EXPECT_EQ(events(viewer).size(), 2u);
}

TEST_F(Fusion, rescue_is_linked_and_stays_an_event_of_its_own) {
    const auto found = report(fia, 0), distress = report(anf, 5, {{"kind", "distress"}, {"sar_phase", "distress"}});
    const auto before = get("/collections/events/items/" + found, fia);
    const auto judged = judge(fia, found, distress, "same");
    ASSERT_EQ(judged.status, 201);
    EXPECT_TRUE(json::parse(judged.body).contains("note"));
    EXPECT_EQ(get("/collections/events/items/" + found, fia), before) << "to the last byte";
    const auto rescue = get("/collections/events/items/" + distress, fia)["properties"];
    EXPECT_EQ(rescue["domain"], "rescue");
    EXPECT_EQ(rescue["links"], json::array({found}));
    EXPECT_EQ(get("/collections/events/items/" + found + "/why", fia)["linked_across_purpose_wall"].size(), 1u);
}

TEST_F(Fusion, an_event_follows_corrections_and_withdrawals_and_the_past_stays_as_it_stood) {
    const auto a = report(fia, 0), b = report(anf, 5);
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    const auto then = get("/collections/events/items/" + a, fia);
    const std::string at_then = then["properties"]["recorded_at"];
    const json correction{{"type", "correction"}, {"reason", "counted again"}, {"properties", {{"count_max", 40}}}};
    ASSERT_EQ(
        server.ask("POST", "/collections/reports/items/" + b + "/statements", anf + kJson, correction.dump()).status,
        201);
    EXPECT_EQ(get("/collections/events/items/" + a, fia)["properties"]["count_max"], 40);
    const json withdrawal{{"type", "withdrawal"}, {"reason", "told twice"}};
    ASSERT_EQ(
        server.ask("POST", "/collections/reports/items/" + b + "/statements", anf + kJson, withdrawal.dump()).status,
        201);
    const auto now = get("/collections/events/items/" + a, fia)["properties"];
    EXPECT_EQ(now["count_max"], 7);
    EXPECT_EQ(now["reports"], 1);
    EXPECT_EQ(now["members"].size(), 2u) << "nothing is dropped";
    const auto past = get("/collections/events/items/" + a + "?at=" + test::encode(at_then), fia);
    EXPECT_EQ(past["properties"], then["properties"]);
}

TEST_F(Fusion, open_maps_hear_of_a_judgement_as_a_change_of_events_and_only_who_sees_both_reports) {
    const auto a = report(fia, 0), b = report(anf, 5, {}, 61.553), hidden = report(fia, 9, {}, 61.56, {"fia"});
    test::EventStream analyst{server.port(), "/events", fia}, other{server.port(), "/events", anf};
    ASSERT_EQ(analyst.next()->name, "open");
    ASSERT_EQ(other.next()->name, "open");
    ASSERT_EQ(judge(fia, a, hidden, "same").status, 201);
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    const auto told = [](test::EventStream& stream) {
        std::vector<json> all;
        const auto told_whole = [&] {
            return std::ranges::any_of(all, [](const json& change) { return change["happened"] == "updated"; });
        };
        while (!told_whole()) {
            const auto event = stream.next("change");
            if (!event) break;
            const auto changes = json::parse(event->data)["changes"];
            all.insert(all.end(), changes.begin(), changes.end());
        }
        return all;
    };
    const auto heard = told(other);
    ASSERT_FALSE(heard.empty());
    for (const auto& change : heard) {
        EXPECT_EQ(change["collection"], "events");
        EXPECT_NE(change["id"], hidden);
    }
    const auto merged = std::ranges::find(heard, "updated", [](const json& change) { return change["happened"]; });
    EXPECT_EQ((*merged)["id"], a);
    EXPECT_EQ((*merged)["boxes"].size(), 2u) << "where both reports are";
    EXPECT_EQ(told(analyst).front()["collection"], "events");
    std::set<std::string> ids;
    const auto changes = get("/changes?collection=events&limit=1000", anf)["changes"];
    for (const auto& change : changes) ids.insert(change["id"]);
    EXPECT_TRUE(ids.contains(a) && !ids.contains(hidden));
}

TEST_F(Fusion, events_have_tiles_that_follow_a_judgement) {
    const auto a = report(fia, 0), b = report(anf, 5);
    const std::string tile = "/tiles/events/8/171/106.mvt?properties=told_by";
    const auto before = server.get(tile, fia);
    ASSERT_EQ(before.status, 200);
    EXPECT_NE(before.body.find("one_report"), std::string::npos);
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    const auto after = server.get(tile, fia);
    EXPECT_NE(after.body.find("several_agencies"), std::string::npos);
    EXPECT_EQ(after.body.find("one_report"), std::string::npos);
}

TEST_F(Fusion, judgements_are_there_after_a_kill) {
    const auto a = report(fia, 0), b = report(anf, 5);
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    server.signal(SIGKILL);
    server.wait();
    test::Server again{folder.path("data"), {}};
    EXPECT_EQ(json::parse(again.get("/collections/events/items", fia).body)["numberMatched"], 1);
}

TEST_F(Fusion, events_leave_the_house_with_the_strictest_label_of_their_reports) {
    const auto a = report(fia, 0, {{"handling", "H0"}}), b = report(anf, 5, {{"handling", "H0"}}),
               c = report(anf, 50, {{"handling", "H2"}}, 61.9), d = report(anf, 55, {{"handling", "H0"}}, 61.9);
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    ASSERT_EQ(judge(fia, c, d, "same").status, 201);
    EXPECT_EQ(get("/collections/events/items/" + c, fia)["properties"]["handling"], "H2");
    server.stop();
    const auto file = folder.path("events.geojson");
    const auto ran = test::run({"export", "--data-dir", folder.path("data"), "--layer", "events", "--format", "geojson",
                                "--out", file, "--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(json::parse(ran.out)["rows"], 1) << "an event with a report graded H2 stays behind as a whole";
    EXPECT_EQ(json::parse(ran.out)["withheld_by_handling"], 1);
}

TEST_F(Fusion, an_archive_sent_again_under_new_numbers_is_judged_in_one_go) {
    std::vector<std::string> first, second;
    for (int i = 0; i < 20; ++i)
        first.push_back(report(fia, i, {{"source_ref", "A" + std::to_string(i)}}, 61.0 + i * 0.1));
    for (int i = 0; i < 20; ++i)
        second.push_back(report(fia, i, {{"source_ref", "B" + std::to_string(i)}}, 61.0 + i * 0.1));
    const auto page = get("/judgements/queue?limit=200", fia);
    EXPECT_EQ(page["resubmissions"], 20);
    json all = json::array();
    for (const auto& pair : page["pairs"])
        if (pair["resubmission"]) all.push_back({{"a", pair["a"]}, {"b", pair["b"]}, {"verdict", "same"}});
    const auto judged = server.ask("POST", "/judgements", fia + kJson, json{{"judgements", all}}.dump());
    ASSERT_EQ(judged.status, 201) << judged.body;
    EXPECT_EQ(events(fia).size(), 20u);
    for (const auto& event : events(fia))
        EXPECT_EQ(event["properties"]["corroboration"], 1) << "one agency, told twice";
}

TEST_F(Fusion, words_that_are_none_are_refused_with_a_pointer) {
    const auto a = report(fia, 0), b = report(anf, 5);
    const auto pointer = [&](const json& body) {
        const auto answer = server.ask("POST", "/judgements", fia + kJson, body.dump());
        EXPECT_EQ(answer.status, 422) << answer.body;
        return json::parse(answer.body).value("pointer", "");
    };
    EXPECT_EQ(pointer({{"a", a}, {"b", "x"}, {"verdict", "same"}}), "/b");
    EXPECT_EQ(pointer({{"a", a}, {"b", a}, {"verdict", "same"}}), "/b");
    EXPECT_EQ(pointer({{"a", a}, {"b", b}, {"verdict", "perhaps"}}), "/verdict");
    EXPECT_EQ(pointer({{"a", a}, {"b", b}, {"verdict", "same"}, {"who", "me"}}), "/who");
    EXPECT_EQ(pointer({{"a", a}, {"b", b}, {"verdict", "same"}, {"why", "call +92 300 1234567"}}), "/why");
    EXPECT_EQ(pointer({{"judgements", json::array()}}), "/judgements");
    EXPECT_EQ(server.ask("POST", "/judgements", fia + kJson, "{").status, 400);
}

TEST_F(Fusion, the_state_of_an_event_is_said_and_kept) {
    const auto a = report(fia, 0);
    const std::string path = "/collections/events/items/" + a;
    EXPECT_EQ(get(path, fia)["properties"]["state"], "open");
    const auto said = server.ask("POST", path + "/statements", fia + kJson, R"({"state":"assigned","why":"team 2"})");
    ASSERT_EQ(said.status, 201) << said.body;
    EXPECT_EQ(get(path, anf)["properties"]["state"], "assigned");
    EXPECT_EQ(server.ask("POST", path + "/statements", fia + kJson, R"({"state":"did_not_happen"})").status, 422)
        << "that it did not happen needs a reason";
    EXPECT_EQ(server.ask("PUT", path, fia + kFeature, "{}").status, 403) << "an event is derived, never written";
}

TEST_F(Fusion, the_reason_for_a_state_is_read_by_whoever_sees_all_that_its_author_saw) {
    const auto a = report(fia, 0), b = report(anf, 5), hidden = report(fia, 9, {}, 61.56, {"fia"});
    const auto say = [&](const char* why) {
        const json body{{"state", "assigned"}, {"why", why}};
        ASSERT_EQ(server.ask("POST", "/collections/events/items/" + a + "/statements", fia + kJson, body.dump()).status,
                  201);
    };
    const auto reasons = [&](const std::string& who) {
        json out = json::array();
        const auto statements = get("/collections/events/items/" + a + "/why", who)["statements"];
        for (const auto& statement : statements) out.push_back(statement["why"]);
        return out;
    };
    ASSERT_EQ(judge(fia, a, b, "same").status, 201);
    say("team 2");
    EXPECT_EQ(reasons(anf), json::array({"team 2"}));
    ASSERT_EQ(judge(fia, a, hidden, "same").status, 201);
    say("the source behind the third report says so");
    EXPECT_EQ(reasons(fia)[1], "the source behind the third report says so");
    EXPECT_TRUE(reasons(anf)[1].is_null());
}

TEST_F(Fusion, a_page_that_looks_at_a_pair_is_seen_by_the_other) {
    const auto a = report(fia, 0), b = report(anf, 5);
    const json claim{{"a", a}, {"b", b}, {"desk", "one"}};
    EXPECT_EQ(json::parse(server.ask("POST", "/judgements/claims", fia + kJson, claim.dump()).body)["claimed"], true);
    EXPECT_EQ(json::parse(server.ask("POST", "/judgements/claims", anf + kJson, claim.dump()).body)["claimed"], false);
    EXPECT_EQ(queue(anf)["pairs"][0]["claimed_by"]["agency"], "fia");
    EXPECT_TRUE(get("/judgements/queue?desk=one", fia)["pairs"][0]["claimed_by"].is_null())
        << "one's own is no hindrance";
    ASSERT_EQ(judge(fia, a, b, "unsure").status, 201);
    EXPECT_EQ(queue(anf)["unsure"], 1);
    EXPECT_TRUE(get("/judgements/queue?show=unsure", anf)["pairs"][0]["claimed_by"].is_null());
}

// Everything of fusion that anf may ask, before and after fia adds reports, judgements and states that anf may not see.
TEST_F(Fusion, what_others_keep_to_themselves_changes_no_byte_of_an_answer) {
    std::vector<std::string> shared, hidden;
    for (int i = 0; i < 12; ++i)
        shared.push_back(report(i % 2 ? fia : anf, i * 4, {{"tip_status", "suspected"}}, 61.5 + i % 4 * 0.01));
    ASSERT_EQ(judge(anf, shared[0], shared[1], "same").status, 201);
    ASSERT_EQ(judge(anf, shared[2], shared[3], "different").status, 201);

    std::vector<std::string> targets{"/collections",
                                     "/collections/events",
                                     "/collections/events/queryables",
                                     "/collections/events/items?limit=100",
                                     "/collections/events/items?sortby=-corroboration&limit=5&offset=2",
                                     "/collections/events/items?filter=" +
                                         test::encode("corroboration > 1 OR reports = 1"),
                                     "/collections/events/items?bbox=61,28,62,29&told_by=one_report",
                                     "/collections/silence/items?limit=100",
                                     "/tiles/events/6/42/26.mvt",
                                     "/tiles/events,reports,silence/9/343/213.mvt",
                                     "/judgements",
                                     "/judgements/queue?least=0&limit=200",
                                     "/judgements/queue?show=unsure"};
    for (const auto& id : shared)
        for (const char* rest : {"", "/why", "/history"}) targets.push_back("/collections/events/items/" + id + rest);
    for (const auto& id : shared) targets.push_back("/collections/reports/items/" + id + "/candidates");
    const auto reason = anf + "Sarhad-Reason: case 12\r\n";
    const auto answers = [&] {
        std::vector<Answer> all;
        for (const auto& who : {anf, reason})
            for (const auto& target : targets) all.push_back(server.get(target, who));
        return all;
    };
    const auto turn = [] { return std::chrono::system_clock::now().time_since_epoch() / std::chrono::minutes{5}; };
    std::vector<Answer> before, after;
    do { // silence grows every five minutes for everybody: both looks within one turn
        const auto began = turn();
        before = answers();
        if (hidden.empty()) {
            for (int i = 0; i < 12; ++i)
                hidden.push_back(report(fia, i * 4 + 1, {{"place", "Taftan"}}, 61.5 + i % 4 * 0.01, {"fia"}));
            for (int i = 0; i < 11; ++i)
                EXPECT_EQ(judge(fia, hidden[i], hidden[i + 1], i % 3 ? "same" : "different").status, 201);
            EXPECT_EQ(judge(fia, shared[4], hidden[4], "same").status, 201);
            EXPECT_EQ(judge(fia, shared[6], hidden[9], "unsure").status, 201);
            EXPECT_EQ(server
                          .ask("POST", "/collections/events/items/" + hidden[0] + "/statements", fia + kJson,
                               R"({"state":"closed"})")
                          .status,
                      201);
        }
        after = answers();
        if (turn() == began) break;
    } while (true);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto& target = targets[i % targets.size()];
        EXPECT_EQ(after[i].status, before[i].status) << target;
        EXPECT_EQ(after[i].body, before[i].body) << target;
        EXPECT_EQ(after[i].header("ETag"), before[i].header("ETag")) << target;
    }
    EXPECT_GT(events(fia).size(), 5u);
}

TEST_F(Fusion, a_role_that_reads_nothing_learns_nothing_and_spoils_nothing_for_its_agency) {
    const auto administrator = token("fia", "administrator");
    report(fia, 0, {}, 61.55, {"fia"});
    test::EventStream stream{server.port(), "/events", administrator};
    ASSERT_EQ(stream.next()->name, "open");
    EXPECT_EQ(server.get("/collections/events/items", administrator).status, 404);
    const auto a = report(fia, 3), b = report(anf, 5);
    EXPECT_EQ(events(viewer).size(), 3u) << "asked for by a colleague who may read nothing, first";
    EXPECT_EQ(judge(fia, a, b, "same").status, 201);
    const auto process = server.ask("POST", "/processes/fuse/execution", administrator + kJson, R"({"inputs":{}})");
    EXPECT_GE(process.status, 400) << process.body;
    EXPECT_TRUE(get("/changes", administrator)["changes"].empty());
    EXPECT_FALSE(stream.next("change", 300));
}

TEST_F(Fusion, a_hidden_report_wakes_nobody_through_one_that_it_was_judged_with) {
    const auto shared = report(fia, 0), hidden = report(fia, 5, {}, 61.56, {"fia"});
    ASSERT_EQ(judge(fia, shared, hidden, "unsure").status, 201);
    test::EventStream other{server.port(), "/events", anf};
    ASSERT_EQ(other.next()->name, "open");
    const json correction{{"type", "correction"}, {"reason", "counted again"}, {"properties", {{"count_max", 40}}}};
    ASSERT_EQ(server.ask("POST", "/collections/reports/items/" + hidden + "/statements", fia + kJson, correction.dump())
                  .status,
              201);
    const auto next = report(anf, 9, {}, 62.5); // what comes behind is heard first
    const auto heard = other.next("change");
    ASSERT_TRUE(heard);
    const auto changes = json::parse(heard->data)["changes"];
    for (const auto& change : changes) EXPECT_EQ(change["id"], next);
}

TEST_F(Fusion, rescue_reports_move_no_score_of_enforcement) {
    const auto a = report(fia, 0), b = report(anf, 10, {}, 61.553);
    const auto before = get("/collections/reports/items/" + a + "/candidates", fia);
    for (int i = 0; i < 6; ++i)
        report(anf, 2 * i, {{"kind", "distress"}, {"sar_phase", "distress"}}, 61.55 + i * 0.001);
    const auto after = get("/collections/reports/items/" + a + "/candidates", fia)["pairs"];
    const auto same = std::ranges::find_if(after, [&](const json& pair) {
        return (pair["a"] == a || pair["b"] == a) && (pair["a"] == b || pair["b"] == b);
    });
    ASSERT_NE(same, after.end());
    EXPECT_EQ(*same, before["pairs"][0]) << "to the last bit of every term";
}

TEST_F(Fusion, judgements_sent_together_are_all_kept_or_none) {
    const auto a = report(fia, 0), b = report(anf, 5), c = report(anf, 10);
    const std::string id = "01890a5d-ac96-7001-8000-000000000001";
    ASSERT_EQ(judge(fia, a, b, "unsure", {{"id", id}}).status, 201);
    EXPECT_EQ(judge(fia, a, b, "unsure", {{"id", id}}).status, 201) << "sent again after a lost answer";
    EXPECT_EQ(judge(fia, a, b, "unsure", {{"id", id}, {"why", "another word"}}).status, 409);
    const json both{
        {"judgements",
         {{{"a", a}, {"b", c}, {"verdict", "same"}}, {{"a", b}, {"b", c}, {"verdict", "unsure"}, {"id", id}}}}};
    EXPECT_EQ(server.ask("POST", "/judgements", fia + kJson, both.dump()).status, 409);
    EXPECT_EQ(events(fia).size(), 3u);
    EXPECT_EQ(get("/judgements", fia)["judgements"].size(), 1u);
}

TEST_F(Fusion, masked_columns_do_not_show_through_what_is_equal) {
    const auto reasoned = fia + "Sarhad-Reason: case 9\r\n";
    const auto with = [&](const char* reference, int count) {
        json more{{"persons", {{{"nationality", "AFG"}, {"count", count}}}}};
        if (reference) more["source_ref"] = reference;
        return report(reasoned, 0, more);
    };
    const auto a = with("1", 2), b = with("2", 2), c = with("3", 7);
    for (int i = 0; i < 3; ++i) with(nullptr, i % 2);
    EXPECT_EQ(events(viewer).size(), 6u) << "none merges by itself because of what a viewer may not read";
    const auto pairs = get("/collections/reports/items/" + a + "/candidates?limit=100", viewer)["pairs"];
    json said_of_b, said_of_c;
    for (const auto& pair : pairs) {
        for (const auto& term : pair["terms"]) EXPECT_NE(term["name"], "nationality");
        if (pair["a"] == b || pair["b"] == b) said_of_b = {pair["resubmission"], pair["terms"]};
        if (pair["a"] == c || pair["b"] == c) said_of_c = {pair["resubmission"], pair["terms"]};
    }
    EXPECT_FALSE(said_of_b.is_null());
    EXPECT_EQ(said_of_b, said_of_c) << "one has equal persons, the other hasn't";
}

TEST_F(Fusion, a_distress_event_is_ended_by_rescue_alone) {
    const auto distress = report(fia, 0, {{"kind", "distress"}, {"sar_phase", "distress"}});
    const std::string path = "/collections/events/items/" + distress + "/statements";
    const std::string over = R"({"state":"did_not_happen","why":"no boat there"})";
    EXPECT_EQ(server.ask("POST", path, anf + kJson, over).status, 403);
    EXPECT_EQ(server.ask("POST", path, anf + kJson, R"({"state":"assigned"})").status, 201);
    const auto rescue = token("asf", "rescue");
    EXPECT_EQ(server.ask("POST", path, rescue + kJson, over).status, 201);
}

TEST_F(Fusion, a_chain_of_hundreds_of_like_reports_is_one_event_that_can_be_taken_apart) {
    std::vector<std::string> chain;
    json all = json::array();
    for (int i = 0; i < 300; ++i) chain.push_back(report(i % 2 ? fia : anf, i % 60, {}, 61.5 + i * 0.001));
    for (int i = 1; i < 300; ++i) all.push_back({{"a", chain[i - 1]}, {"b", chain[i]}, {"verdict", "same"}});
    const auto judged = server.ask("POST", "/judgements", fia + kJson, json{{"judgements", all}}.dump());
    ASSERT_EQ(judged.status, 201) << judged.body.substr(0, 500);
    ASSERT_EQ(events(fia).size(), 1u);
    EXPECT_EQ(events(fia)[0]["properties"]["members"].size(), 300u);
    EXPECT_EQ(judge(fia, chain[0], chain[299], "different").status, 409) << "the whole chain ties them";
    ASSERT_EQ(judge(fia, chain[150], chain[151], "different").status, 201);
    EXPECT_EQ(events(fia).size(), 2u);
}

} // namespace
