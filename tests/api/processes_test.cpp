// /processes and /jobs (OGC API - Processes 18-062r2): described, checked, run at once or later, watched and stopped.
#include "tests/api/event_stream.hpp"
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <thread>

namespace {

using nlohmann::json;
using test::Answer;
using test::EventStream;

constexpr const char* kJson = "Content-Type: application/json\r\n";
constexpr const char* kLater = "Prefer: respond-async\r\n";

json body(const Answer& answer) {
    return json::parse(answer.body, nullptr, false);
}

json echo(const std::string& message, double pause_s = 0) {
    return {{"inputs", {{"message", message}, {"pause_s", pause_s}}}};
}

// The path of the job that was started, from Location.
std::string job_of(const Answer& started) {
    const auto location = started.header("location");
    return location.substr(std::min(location.size(), location.find("/jobs/")));
}

// Asks again until the answer passes; the last one when none did in time.
template <typename Ask, typename Passes>
Answer until(const Ask& ask, const Passes& passes) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{15};
    while (true) {
        auto answer = ask();
        if (passes(answer) || std::chrono::steady_clock::now() > deadline) return answer;
        std::this_thread::yield();
    }
}

class Processes : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::unique_ptr<test::Server> server = std::make_unique<test::Server>(folder.path("data"));

    Answer execute(const json& order, const std::string& headers = {}, const char* process = "echo") const {
        return server->ask("POST", std::string{"/processes/"} + process + "/execution", headers + kJson, order.dump());
    }
    std::string start(const json& order, const std::string& headers = {}) const { // -> /jobs/{id}
        const auto answer = execute(order, kLater + headers);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer.status == 201 ? job_of(answer) : "";
    }
    Answer when_status(const std::string& job, const std::string& status, const std::string& headers = {}) const {
        return until([&] { return server->get(job, headers); },
                     [&](const Answer& a) { return body(a).value("status", std::string{}) == status; });
    }
};

TEST_F(Processes, are_listed_described_and_linked_from_the_landing_page) {
    const auto list = body(server->get("/processes"));
    ASSERT_GE(list["processes"].size(), 1u);
    EXPECT_EQ(body(server->get("/processes?limit=1"))["processes"].size(), 1u);
    const auto page = body(server->get("/processes?limit=1"));
    ASSERT_EQ(page["links"].back()["rel"], "next");
    EXPECT_TRUE(page["links"].back()["href"].get<std::string>().ends_with("/processes?limit=1&offset=1"));
    EXPECT_EQ(body(server->get("/processes?limit=1&offset=1"))["processes"][0], list["processes"][1]);
    EXPECT_EQ(list["links"].back()["rel"], "alternate") << "all are here";
    for (const auto& summary : list["processes"]) {
        const auto path = "/processes/" + summary["id"].get<std::string>();
        EXPECT_TRUE(summary["links"][0]["href"].get<std::string>().ends_with(path));
        const auto described = body(server->get(path));
        EXPECT_EQ(described["version"], summary["version"]);
        EXPECT_EQ(described["outputs"].size(), 1u);
        EXPECT_EQ(described["jobControlOptions"], json::parse(R"(["sync-execute","async-execute","dismiss"])"));
        for (const auto& input : described["inputs"]) EXPECT_TRUE(input["schema"].contains("type"));
    }
    const auto pause = body(server->get("/processes/echo"))["inputs"]["pause_s"];
    EXPECT_EQ(pause["minOccurs"], 0);
    EXPECT_EQ(pause["schema"], json::parse(R"({"type":"number","minimum":0.0,"maximum":20.0,"default":0.0})"));

    std::map<std::string, std::string> links;
    const auto landing = body(server->get("/?f=json"));
    for (const auto& link : landing["links"]) links[link["rel"]] = link["href"];
    EXPECT_TRUE(links["http://www.opengis.net/def/rel/ogc/1.0/processes"].ends_with("/processes"));
    EXPECT_TRUE(links["http://www.opengis.net/def/rel/ogc/1.0/job-list"].ends_with("/jobs"));
    const auto conformance = body(server->get("/conformance"))["conformsTo"].dump();
    for (const char* name : {"core", "ogc-process-description", "json", "job-list", "dismiss"})
        EXPECT_NE(conformance.find(std::string{"ogcapi-processes-1/1.0/conf/"} + name + "\""), std::string::npos);
    EXPECT_EQ(server->get("/processes?f=html").header("content-type").substr(0, 9), "text/html");
}

TEST_F(Processes, one_that_is_not_there_is_named_as_the_standard_does) {
    const std::string type = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process";
    for (const auto& answer : {server->get("/processes/none"), execute(echo("a"), {}, "none")}) {
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(body(answer)["type"], type);
    }
}

TEST_F(Processes, run_at_once_and_answer_with_the_output_itself_or_in_a_document) {
    const auto raw = execute(echo("salaam"));
    ASSERT_EQ(raw.status, 200) << raw.body;
    EXPECT_EQ(body(raw), json::parse(R"({"message":"salaam"})"));
    EXPECT_EQ(raw.header("preference-applied"), "");
    auto order = echo("salaam");
    order["response"] = "document";
    order["outputs"] = json::parse(R"({"echo":{"transmissionMode":"value"}})");
    EXPECT_EQ(body(execute(order)),
              json::parse(R"({"echo":{"mediaType":"application/json","value":{"message":"salaam"}}})"));
    EXPECT_EQ(body(server->get("/jobs"))["jobs"].size(), 0u) << "nobody asked for a job";
    const auto qualified = json::parse(R"({"inputs":{"message":{"value":"q"}}})");
    EXPECT_EQ(body(execute(qualified))["message"], "q");
}

TEST_F(Processes, what_is_wrong_with_an_order_is_pointed_at) {
    const std::vector<std::pair<const char*, const char*>> wrong{
        {R"({"inputs":{}})", "/inputs/message"},
        {R"({})", "/inputs/message"},
        {R"({"inputs":[]})", "/inputs"},
        {R"({"inputs":{"message":7}})", "/inputs/message"},
        {R"({"inputs":{"message":"a","a/b~c":1}})", "/inputs/a~1b~0c"},
        {R"({"inputs":{"message":"a","pause_s":"3"}})", "/inputs/pause_s"},
        {R"({"inputs":{"message":"a","pause_s":-1}})", "/inputs/pause_s"},
        {R"({"inputs":{"message":"a","pause_s":21}})", "/inputs/pause_s"},
        {R"({"inputs":{"message":"a","pause_s":null}})", "/inputs/pause_s"},
        {R"({"inputs":{"message":{"href":"http://127.0.0.1/"}}})", "/inputs/message"},
        {R"({"inputs":{"message":{"value":[]}}})", "/inputs/message/value"},
        {R"({"inputs":{"message":"a"},"outputs":{"none":{}}})", "/outputs/none"},
        {R"({"inputs":{"message":"a"},"outputs":{"echo":{"transmissionMode":"reference"}}})",
         "/outputs/echo/transmissionMode"},
        {R"({"inputs":{"message":"a"},"outputs":{"echo":{"format":{"mediaType":"text/xml"}}}})",
         "/outputs/echo/format"},
        {R"({"inputs":{"message":"a"},"response":"loud"})", "/response"},
        {R"({"inputs":{"message":"a"},"subscriber":{"successUri":"http://127.0.0.1/"}})", "/subscriber"},
        {R"({"inputs":{"message":"a"},"more":1})", "/more"},
    };
    for (const auto& [order, pointer] : wrong) {
        for (const auto* prefer : {"", kLater}) {
            const auto answer = server->ask("POST", "/processes/echo/execution", std::string{prefer} + kJson, order);
            EXPECT_EQ(answer.status, 400) << order << answer.body;
            EXPECT_EQ(body(answer)["pointer"], pointer) << order;
        }
    }
    EXPECT_EQ(server->ask("POST", "/processes/echo/execution", kJson, "{").status, 400);
    EXPECT_EQ(server->ask("POST", "/processes/echo/execution", "Content-Type: text/plain\r\n", "{}").status, 415);
    EXPECT_EQ(server->ask("POST", "/processes/echo/execution?x=1", kJson, echo("a").dump()).status, 400);
    EXPECT_EQ(body(server->get("/jobs"))["jobs"].size(), 0u);
}

TEST_F(Processes, run_later_as_a_job_that_tells_how_far_it_is) {
    const auto answer = execute(echo("later", 1), kLater);
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.header("preference-applied"), "respond-async");
    const auto job = job_of(answer);
    EXPECT_EQ(job, "/jobs/" + body(answer)["jobID"].get<std::string>());
    EXPECT_EQ(body(answer)["processID"], "echo");

    const auto not_ready = server->get(job + "/results");
    EXPECT_EQ(not_ready.status, 404);
    EXPECT_EQ(body(not_ready)["type"], "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready");
    const auto under_way =
        until([&] { return server->get(job); }, [](const Answer& a) { return body(a).value("progress", 0) > 0; });
    EXPECT_EQ(body(under_way)["status"], "running");
    EXPECT_LT(body(under_way)["progress"], 100);

    const auto done = body(when_status(job, "successful"));
    EXPECT_EQ(done["status"], "successful");
    EXPECT_EQ(done["progress"], 100);
    const auto results = server->get(job + "/results");
    EXPECT_EQ(results.status, 200);
    EXPECT_EQ(results.header("content-type"), "application/json");
    EXPECT_EQ(body(results)["message"], "later");
    EXPECT_EQ(server->get(job + "/results?f=html").header("content-type").substr(0, 9), "text/html");
}

TEST_F(Processes, a_job_is_stopped_and_then_forgotten) {
    const auto job = start(echo("long", 20));
    when_status(job, "running");
    const auto stopped = server->ask("DELETE", job);
    EXPECT_EQ(stopped.status, 200);
    EXPECT_EQ(body(stopped)["status"], "dismissed");
    EXPECT_EQ(body(server->get(job))["status"], "dismissed");
    EXPECT_EQ(server->get(job + "/results").status, 404);
    EXPECT_EQ(body(server->ask("DELETE", job))["status"], "dismissed");
    const auto gone = server->get(job);
    EXPECT_EQ(gone.status, 404);
    EXPECT_EQ(body(gone)["type"], "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job");
    EXPECT_EQ(server->ask("DELETE", job).status, 404);
}

TEST_F(Processes, the_list_of_jobs_is_narrowed_and_paged) {
    std::vector<std::string> made;
    for (int i = 0; i < 5; ++i) {
        made.push_back(start(echo("job")));
        when_status(made.back(), "successful");
    }
    const auto count = [&](const std::string& query) { return body(server->get("/jobs" + query))["jobs"].size(); };
    EXPECT_EQ(count(""), 5u);
    EXPECT_EQ(count("?type=process&processID=echo&status=successful"), 5u);
    EXPECT_EQ(count("?processID=silence"), 0u);
    EXPECT_EQ(count("?status=failed,dismissed"), 0u);
    EXPECT_EQ(count("?datetime=2020-01-01T00:00:00Z/.."), 5u);
    EXPECT_EQ(count("?datetime=../2020-01-01T00:00:00Z"), 0u);
    EXPECT_EQ(count("?minDuration=1000"), 0u);
    EXPECT_EQ(count("?maxDuration=1000"), 5u);
    EXPECT_EQ(server->get("/jobs?status=done").status, 400);
    EXPECT_EQ(server->get("/jobs?type=job").status, 400);
    std::vector<std::string> read;
    std::string target = "/jobs?limit=2";
    while (!target.empty()) {
        const auto page = body(server->get(target));
        for (const auto& job : page["jobs"]) read.push_back("/jobs/" + job["jobID"].get<std::string>());
        target.clear();
        for (const auto& link : page["links"])
            if (link["rel"] == "next")
                target = link["href"].get<std::string>().substr(link["href"].get<std::string>().find("/jobs"));
    }
    std::ranges::reverse(made);
    EXPECT_EQ(read, made);
}

TEST_F(Processes, how_far_a_job_is_is_told_to_the_streams_of_its_account) {
    EventStream stream{server->port(), "/events"};
    stream.next("open");
    const auto job = start(echo("told", 1));
    std::vector<json> told;
    while (const auto event = stream.next("job")) {
        EXPECT_FALSE(event->id.empty()) << "a place to go on from, like that of any event";
        told.push_back(json::parse(event->data));
        if (told.back()["status"] == "successful") break;
    }
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back()["status"], "successful");
    EXPECT_EQ(told.back()["progress"], 100);
    int before = -1;
    for (const auto& one : told) {
        EXPECT_EQ("/jobs/" + one["jobID"].get<std::string>(), job);
        EXPECT_GE(one.value("progress", 0), before) << "never backwards";
        before = one.value("progress", 0);
    }
    // It says so twenty times within that second, and the streams are told four times.
    EXPECT_LE(told.size(), 8u);
}

// Those that hang up free their places long before their twenty seconds are over.
TEST_F(Processes, a_run_that_nobody_waits_for_any_more_is_stopped) {
    const auto text = echo("long", 20).dump();
    const auto request = "POST /processes/echo/execution HTTP/1.1\r\nHost: localhost\r\n" + std::string{kJson} +
                         "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
    std::vector<std::unique_ptr<test::RawClient>> waiting;
    const auto is_full = [](const Answer& answer) { return answer.status == 503; };
    const auto ask = [&] { return execute(echo("short")); };
    for (int i = 0; i < 2; ++i) {
        waiting.push_back(std::make_unique<test::RawClient>(server->port()));
        waiting.back()->send(request);
    }
    const auto refused = until(ask, is_full);
    EXPECT_EQ(refused.status, 503) << "all places are taken";
    EXPECT_NE(refused.header("retry-after"), "");
    EXPECT_EQ(server->get("/collections").status, 200) << "and the others are served";
    waiting.clear();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(until(ask, [](const Answer& answer) { return answer.status == 200; }).status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{15});
}

TEST_F(Processes, a_hundred_jobs_at_once_are_bounded_and_leave_the_server_answering) {
    std::vector<std::string> taken;
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
        const auto answer = execute(echo("many", 20), kLater);
        if (answer.status == 201) {
            taken.push_back(job_of(answer));
            continue;
        }
        ++refused;
        EXPECT_EQ(answer.status, 503);
        EXPECT_NE(answer.header("retry-after"), "");
    }
    EXPECT_LE(taken.size(), 20u);
    EXPECT_GE(taken.size(), 2u);
    EXPECT_EQ(refused + static_cast<int>(taken.size()), 100);
    EXPECT_EQ(server->get("/health").status, 200);
    EXPECT_EQ(execute(echo("at once")).status, 200);
    for (const auto& job : taken) EXPECT_EQ(body(server->ask("DELETE", job))["status"], "dismissed");
    const auto again = start(echo("again"));
    EXPECT_EQ(body(when_status(again, "successful"))["status"], "successful");
}

TEST_F(Processes, a_restart_ends_what_runs_and_forgets_it) {
    const auto job = start(echo("long", 20));
    when_status(job, "running");
    EXPECT_EQ(server->stop(), 0) << "a job that looks whether to stop holds nothing up";
    server = std::make_unique<test::Server>(folder.path("data"));
    EXPECT_EQ(server->get(job).status, 404);
    EXPECT_EQ(body(server->get("/jobs"))["jobs"].size(), 0u);
    EXPECT_EQ(execute(echo("new")).status, 200);
}

TEST(ProcessesOfAccounts, anothers_job_does_not_exist_and_nobody_runs_none) {
    const test::TemporaryFolder folder;
    const auto data = folder.path("data");
    const auto mine = test::token_header(data, "analyst", "levies");
    const auto other = test::token_header(data, "analyst", "levies");
    const test::Server server{data, {}};
    EventStream hears{server.port(), "/events", mine};
    EventStream deaf{server.port(), "/events", other};
    hears.next("open");
    deaf.next("open");
    const auto order = echo("mine").dump();
    EXPECT_EQ(server.ask("POST", "/processes/echo/execution", kJson, order).status, 401);
    const auto started = server.ask("POST", "/processes/echo/execution", mine + kLater + kJson, order);
    ASSERT_EQ(started.status, 201) << started.body;
    const auto job = job_of(started);
    const auto done =
        until([&] { return server.get(job, mine); }, [](const Answer& a) { return body(a)["status"] == "successful"; });
    EXPECT_EQ(body(done)["status"], "successful");
    EXPECT_EQ(server.get(job + "/results", mine).status, 200);
    const auto missing = server.get("/jobs/0198c0de-0000-7000-8000-000000000000", other);
    for (const auto& answer :
         {server.get(job, other), server.get(job + "/results", other), server.ask("DELETE", job, other)}) {
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(body(answer)["detail"], body(missing)["detail"]);
    }
    EXPECT_EQ(server.get(job).status, 401);
    EXPECT_EQ(body(server.get("/jobs", other))["jobs"].size(), 0u);
    EXPECT_EQ(body(server.get("/jobs", mine))["jobs"].size(), 1u);

    ASSERT_TRUE(hears.next("job"));
    // What both hear comes after what only one of them heard.
    const auto hazard = R"({"type":"Feature","geometry":null,"properties":{"kind":"heat"}})";
    ASSERT_EQ(server.ask("POST", "/collections/hazards/items", mine + "Content-Type: application/geo+json\r\n", hazard)
                  .status,
              201);
    while (const auto event = deaf.next()) {
        EXPECT_NE(event->name, "job");
        if (event->name == "change") break;
    }
}

} // namespace
