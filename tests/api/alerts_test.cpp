// From a report of distress to a rescue outcome, over HTTP; exactly one alert a cause whatever is killed when, and none
// for who may not see what it is about.
#include "tests/api/event_stream.hpp"
#include "tests/api/program.hpp"

#include <chrono>
#include <ctime>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace {

using nlohmann::json;
using test::Answer;
using Clock = std::chrono::steady_clock;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";
constexpr const char* kJson = "Content-Type: application/json\r\n";

std::string hours_ago(int hours) {
    const std::time_t t = std::time(nullptr) - hours * 3600;
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&t));
    return text;
}

std::string id_of(const Answer& created) {
    const auto path = test::path_of(created);
    return path.substr(path.rfind('/') + 1);
}

class Alerts : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string pmsa = token("pmsa", "analyst"), rescue = token("edhi", "rescue"), planner = token("pmsa", "planner"),
                viewer = token("pmsa", "viewer"), stranger = token("asf", "analyst");
    std::unique_ptr<test::Server> server = std::make_unique<test::Server>(folder.path("data"), no_arguments());

    static std::vector<std::string> no_arguments() { return {}; }
    std::string token(const char* agency, const char* role) const {
        return test::token_header(folder.path("data"), role, agency);
    }
    static std::string report_text(const json& more, int hours = 0) {
        json feature{{"type", "Feature"},
                     {"geometry", {{"type", "Point"}, {"coordinates", {62.3, 25.1}}}},
                     {"properties", {{"kind", "sighting"}, {"valid_from", hours_ago(hours)}}}};
        feature["properties"].update(more);
        return feature.dump();
    }
    std::string report(const json& more, int hours = 0) const {
        const auto created =
            server->ask("POST", "/collections/reports/items", pmsa + kFeature, report_text(more, hours));
        EXPECT_EQ(created.status, 201) << created.body;
        return id_of(created);
    }
    json get(const std::string& path, const std::string& who) const {
        const auto answer = server->get(path, who);
        EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
        return json::parse(answer.body, nullptr, false);
    }
    json list(const std::string& who, const std::string& query = {}) const {
        return get("/alerts" + query, who)["alerts"];
    }
    // The list once it holds so many; as it is when that doesn't come.
    json list_of(std::size_t count, const std::string& who, const std::string& query = {}, int most_s = 20) const {
        const auto until = Clock::now() + std::chrono::seconds{most_s};
        while (true) {
            auto all = list(who, query);
            if (all.size() >= count || Clock::now() > until) return all;
            std::this_thread::yield();
        }
    }
    Answer step(const std::string& who, const std::string& alert, const char* name,
                const json& body = json::object()) const {
        return server->ask("POST", "/alerts/" + alert + "/" + name, who + kJson, body.dump());
    }
};

TEST_F(Alerts, distress_is_first_in_the_list_and_ends_with_what_became_of_the_people) {
    report({{"kind", "attack"}, {"impact", "critical"}});
    ASSERT_EQ(list_of(1, pmsa).size(), 1u);
    const auto told = Clock::now();
    const auto subject = report(
        {{"kind", "distress"}, {"place", "Jiwani"}, {"count_min", 14}, {"count_max", 20}, {"transport", "boat"}});
    const auto alerts = list_of(2, pmsa);
    EXPECT_LT(Clock::now() - told, std::chrono::seconds{1});
    ASSERT_EQ(alerts.size(), 2u);
    const auto& alert = alerts[0];
    EXPECT_EQ(alert["rule"], "distress");
    EXPECT_EQ(alert["subject"]["id"], subject);
    EXPECT_EQ(alert["state"], "open");
    EXPECT_EQ(alert["geometry"]["coordinates"], json::array({62.3, 25.1}));
    EXPECT_TRUE(alert["said"].get<std::string>().starts_with(
        "Distress at Jiwani: at least 14 persons, at most 20, by boat, at "))
        << alert["said"];
    EXPECT_FALSE(alert["acknowledge_by"].is_null()) << "a clock of its own";

    const std::string id = alert["id"];
    EXPECT_EQ(list(pmsa, "?rule=critical_report&state=closed").size(), 1u) << "no filter hides it";
    EXPECT_EQ(step(viewer, id, "acknowledge").status, 403);
    EXPECT_EQ(step(pmsa, id, "close", {{"outcome", "found"}}).status, 409) << "nobody has looked at it yet";
    EXPECT_EQ(step(planner, id, "assign", {{"to", "Dasht"}}).status, 403);
    EXPECT_EQ(step(planner, id, "acknowledge", {{"why", "seen"}}).status, 200);
    EXPECT_EQ(step(pmsa, id, "acknowledge").status, 409);
    EXPECT_EQ(step(pmsa, id, "assign").status, 422) << "to nobody";
    const auto assigned = step(rescue, id, "assign", {{"to", "PMSS Dasht"}, {"why", "nearest"}});
    ASSERT_EQ(assigned.status, 200) << assigned.body;
    EXPECT_EQ(json::parse(assigned.body)["assignee"], "PMSS Dasht");
    for (const json& outcome : {json::object(), json{{"outcome", "handled"}}}) {
        const auto refused = step(rescue, id, "close", outcome);
        EXPECT_EQ(refused.status, 422) << refused.body;
        EXPECT_EQ(json::parse(refused.body)["pointer"], "/outcome");
    }
    EXPECT_EQ(step(rescue, id, "close", {{"outcome", "false_alarm"}}).status, 422) << "that needs a reason";
    const json closing{{"outcome", "found"}, {"why", "17 aboard"}, {"id", "019a0000-0000-7000-8000-000000000001"}};
    ASSERT_EQ(step(rescue, id, "close", closing).status, 200);
    EXPECT_EQ(step(rescue, id, "close", closing).status, 200) << "sent again after a lost answer";
    const auto closed = get("/alerts/" + id, pmsa);
    EXPECT_EQ(closed["state"], "closed");
    EXPECT_EQ(closed["outcome"], "found");
    ASSERT_EQ(closed["log"].size(), 3u);
    EXPECT_EQ(closed["log"][1]["agency"], "edhi");
    EXPECT_FALSE(closed["log"][1].contains("account")) << "an account is its own agency's business";
    EXPECT_TRUE(closed["log"][0].contains("account"));
    EXPECT_EQ(list(pmsa).size(), 1u);
    EXPECT_EQ(list(pmsa, "?state=closed").size(), 1u);
    EXPECT_EQ(step(pmsa, id, "escalate").status, 409);
}

TEST_F(Alerts, a_correction_raises_no_second_alert_and_brings_the_sentence_up_to_date) {
    const auto subject = report({{"kind", "distress"}, {"count_min", 4}});
    const std::string id = list_of(1, pmsa).at(0)["id"];
    ASSERT_EQ(step(pmsa, id, "acknowledge").status, 200);
    const json correction{{"type", "correction"}, {"reason", "counted again"}, {"properties", {{"count_min", 31}}}};
    ASSERT_EQ(
        server->ask("POST", "/collections/reports/items/" + subject + "/statements", pmsa + kJson, correction.dump())
            .status,
        201);
    const auto until = Clock::now() + std::chrono::seconds{20};
    while (list(pmsa).at(0)["said"].get<std::string>().find("31 persons") == std::string::npos)
        ASSERT_LT(Clock::now(), until) << list(pmsa);
    const auto all = list(pmsa, "?state=any");
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0]["id"], id);
    EXPECT_EQ(all[0]["state"], "acknowledged") << "what people did stays";
}

TEST_F(Alerts, a_fence_breached_repaired_and_breached_again_is_two_alerts) {
    const json segment{{"type", "Feature"},
                       {"geometry", {{"type", "LineString"}, {"coordinates", {{66.4, 30.9}, {66.41, 30.91}}}}},
                       {"properties", {{"name", "F7"}, {"fence_type", "fence"}}}};
    const auto created = server->ask("POST", "/collections/fence_segments/items", pmsa + kFeature, segment.dump());
    ASSERT_EQ(created.status, 201) << created.body;
    const auto path = test::path_of(created);
    const auto becomes = [&](const char* state, int hours) {
        const json statement{{"type", "state"}, {"state", state}, {"observed_at", hours_ago(hours)}};
        EXPECT_EQ(server->ask("POST", path + "/statements", pmsa + kJson, statement.dump()).status, 201);
    };
    becomes("breached", 4);
    becomes("breached", 3); // seen again
    becomes("intact", 2);
    ASSERT_EQ(list_of(1, pmsa).size(), 1u);
    becomes("breached", 1);
    const auto all = list_of(2, pmsa);
    ASSERT_EQ(all.size(), 2u);
    report({{"kind", "distress"}});
    EXPECT_EQ(list_of(3, pmsa).size(), 3u) << "what was told before it has been looked at: still two";
    EXPECT_EQ(all[0]["said"], "Breached: F7 (fence).");
}

TEST_F(Alerts, an_archive_is_history_and_no_alert) {
    report({{"kind", "distress"}}, 24 * 40);
    report({{"kind", "attack"}, {"impact", "critical"}}, 24 * 8);
    report({{"kind", "distress"}});
    list_of(1, pmsa);
    EXPECT_EQ(list(pmsa, "?state=any").size(), 1u);
    const auto trial = server->ask("POST", "/alerts/rules/distress/trial?days=60", pmsa);
    ASSERT_EQ(trial.status, 200) << trial.body;
    const auto found = json::parse(trial.body);
    EXPECT_EQ(found["alerts"], 2) << "but the dry run counts it in its time";
    std::set<std::string> weeks;
    int sum = 0;
    for (const auto& week : found["weeks"]) {
        weeks.insert(week["week"]);
        sum += week["alerts"].get<int>();
        EXPECT_LE(week["alerts"], 1);
    }
    EXPECT_EQ(sum, 2);
    EXPECT_GE(weeks.size(), 9u) << "no week is left out";
    EXPECT_EQ(json::parse(server->ask("POST", "/alerts/rules/distress/trial", stranger).body)["alerts"], 0);
    EXPECT_EQ(server->ask("POST", "/alerts/rules/none/trial", pmsa).status, 404);
}

TEST_F(Alerts, who_does_not_see_the_report_learns_of_no_alert) {
    test::EventStream desk{server->port(), "/events", pmsa}, other{server->port(), "/events", stranger};
    ASSERT_EQ(desk.next()->name, "open");
    ASSERT_EQ(other.next()->name, "open");
    const auto list_before = server->get("/alerts?state=any", stranger);
    report({{"kind", "attack"}, {"impact", "critical"}});
    const std::string id = list_of(1, pmsa).at(0)["id"];

    const auto list_after = server->get("/alerts?state=any", stranger);
    EXPECT_EQ(list_after.status, list_before.status);
    EXPECT_EQ(list_after.body, list_before.body);
    const std::string none = "019a0000-0000-7000-8000-000000000002";
    const auto same_words = [&](Answer hidden, const Answer& missing) {
        EXPECT_EQ(hidden.status, 404);
        EXPECT_EQ(missing.status, 404);
        for (std::size_t at = 0; (at = hidden.body.find(id)) != std::string::npos;)
            hidden.body.replace(at, id.size(), none);
        EXPECT_EQ(hidden.body, missing.body);
    };
    same_words(server->get("/alerts/" + id, stranger), server->get("/alerts/" + none, stranger));
    same_words(step(stranger, id, "acknowledge"), step(stranger, none, "acknowledge"));
    same_words(server->get("/alerts/" + id, rescue), server->get("/alerts/" + none, rescue));
    EXPECT_EQ(server->get("/alerts").status, 401);
    EXPECT_EQ(server->get("/collections/alerts/items", pmsa).status, 404) << "no collection for anybody";

    // Then something that both see: no notice of the alert stood before it for the other.
    const auto shared = report({{"kind", "distress"}, {"releasable_to", {"asf"}}});
    const auto told = [&](test::EventStream& stream) {
        std::vector<json> alerts;
        while (true) {
            const auto event = stream.next("change");
            if (!event) return alerts;
            const auto changes = json::parse(event->data)["changes"];
            for (const auto& change : changes) {
                if (change["collection"] != "alerts") continue;
                alerts.push_back(change);
                if (get("/alerts/" + change["id"].get<std::string>(), pmsa)["subject"]["id"] == shared) return alerts;
            }
        }
    };
    EXPECT_EQ(told(other).size(), 1u);
    const auto ours = told(desk);
    ASSERT_EQ(ours.size(), 2u);
    EXPECT_EQ(ours[0]["id"], id);
    EXPECT_EQ(ours[0]["happened"], "created");
    EXPECT_EQ(ours[0]["boxes"], json::array({json::array({62.3, 25.1, 62.3, 25.1})}));

    // Released, it comes into the other's sight with its alert.
    const json release{{"type", "correction"}, {"reason", "asked for"}, {"properties", {{"releasable_to", {"asf"}}}}};
    const std::string subject = get("/alerts/" + id, pmsa)["subject"]["id"];
    const auto released =
        server->ask("POST", "/collections/reports/items/" + subject + "/statements", pmsa + kJson, release.dump());
    ASSERT_EQ(released.status, 201) << released.body;
    EXPECT_EQ(list(stranger).size(), 2u);
    const auto next = [&]() -> json {
        while (const auto event = other.next("change")) {
            const auto changes = json::parse(event->data)["changes"];
            for (const auto& change : changes)
                if (change["collection"] == "alerts") return change;
        }
        return {};
    };
    const auto heard = next();
    EXPECT_EQ(heard["id"], id);
    EXPECT_EQ(heard["happened"], "created");
    EXPECT_EQ(list(rescue).size(), 1u) << "the rescue role sees every agency's distress and nothing else of it";
}

TEST_F(Alerts, pages_follow_each_other_without_gap_or_repeat) {
    for (int i = 0; i < 7; ++i) report(i % 2 ? json{{"kind", "distress"}} : json{{"impact", "critical"}});
    ASSERT_EQ(list_of(7, pmsa).size(), 7u);
    std::vector<std::string> rules;
    std::set<std::string> ids;
    std::string path = "/alerts?limit=2";
    while (!path.empty()) {
        const auto page = get(path, pmsa);
        for (const auto& alert : page["alerts"]) {
            rules.push_back(alert["rule"]);
            ids.insert(alert["id"].get<std::string>());
        }
        path.clear();
        for (const auto& link : page["links"])
            if (link["rel"] == "next") path = link["href"].get<std::string>();
        if (!path.empty()) path = path.substr(path.find("/alerts"));
    }
    EXPECT_EQ(rules.size(), 7u);
    EXPECT_EQ(ids.size(), 7u);
    EXPECT_EQ(std::vector<std::string>(rules.begin(), rules.begin() + 3), std::vector<std::string>(3, "distress"));
    for (const char* bad : {"x", "1.high.5", "2.high.5.", "1.high.-.019a0000-0000-7000-8000-000000000002"})
        EXPECT_EQ(server->get("/alerts?cursor=" + test::encode(bad), pmsa).status, 400) << bad;
}

// Killed with a report on its way, ten times: whatever was stored has its alert, and has it once.
TEST_F(Alerts, there_is_exactly_one_alert_a_cause_whatever_is_killed_when) {
    for (int kill = 0; kill < 10; ++kill) {
        for (int i = 0; i < kill % 4; ++i) report({{"kind", "distress"}});
        std::thread in_flight{[this] {
            try {
                server->ask("POST", "/collections/reports/items", pmsa + kFeature, report_text({{"kind", "distress"}}));
            } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
                // its answer died with the server
            }
        }};
        if (kill % 3) in_flight.join();
        server->signal(SIGKILL);
        server->wait();
        if (in_flight.joinable()) in_flight.join();
        server = std::make_unique<test::Server>(folder.path("data"), no_arguments());
    }
    report({{"kind", "distress"}}); // the last: when it has its alert, all have been looked at
    std::set<std::string> reports;
    const auto items = get("/collections/reports/items?limit=1000", pmsa);
    for (const auto& feature : items["features"]) reports.insert(feature["id"].get<std::string>());
    const auto alerts = list_of(reports.size(), pmsa, "?limit=1000");
    std::map<std::string, int> of_report;
    for (const auto& alert : alerts) ++of_report[alert["subject"]["id"].get<std::string>()];
    EXPECT_EQ(alerts.size(), reports.size());
    EXPECT_GE(reports.size(), 20u);
    for (const auto& id : reports) EXPECT_EQ(of_report[id], 1) << id;
}

} // namespace
