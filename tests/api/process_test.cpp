// The process as an operator meets it: start, stop, refusals.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <thread>

using namespace test;

TEST(Process, RefusesOpenBeyondLoopback) {
    const TemporaryFolder folder;
    const auto ran = run({"serve", "--data-dir", folder.path("data"), "--listen", "0.0.0.0:0", "--open"});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_NE(ran.err.find("loopback"), std::string::npos) << ran.err;
}

TEST(Process, RefusesUnknownConfigurationAndOptions) {
    const TemporaryFolder folder;
    const auto file = folder.write("sarhad.toml", "colour = \"red\"\n");
    const auto ran = run({"serve", "--data-dir", folder.path("data"), "--config", file});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_NE(ran.err.find("colour"), std::string::npos) << ran.err;
    EXPECT_EQ(run({"serve", "--data-dir", folder.path("data"), "--colour"}).exit_code, 2);
    EXPECT_EQ(run({"serve"}).exit_code, 2);
    EXPECT_EQ(run({"no-such-verb"}).exit_code, 2);
    EXPECT_EQ(run({"--help"}).exit_code, 0);
    EXPECT_EQ(run({"serve", "--help"}).exit_code, 0);
}

TEST(Process, ASecondServerOnTheSameDataIsRefused) {
    const TemporaryFolder folder;
    const Server first{folder.path("data")};
    const auto second = run({"serve", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0"});
    EXPECT_NE(second.exit_code, 0);
    EXPECT_TRUE(first.alive());
}

TEST(Process, LogsLinesOfJsonWithoutQueries) {
    const TemporaryFolder folder;
    Server server{folder.path("data")};
    EXPECT_EQ(server.get("/collections?f=json").status, 200);
    EXPECT_EQ(server.get("/collections?secret=value").status, 400);
    EXPECT_EQ(server.stop(), 0);
    const auto log = server.log();
    int requests = 0;
    for (std::size_t at = 0; at < log.size();) {
        const auto end = log.find('\n', at);
        const auto line = nlohmann::json::parse(log.substr(at, end - at));
        if (line["event"] == "request") {
            ++requests;
            EXPECT_EQ(line["path"], "/collections");
            EXPECT_EQ(line["route"], "getCollections");
            EXPECT_TRUE(line["ms"].is_number());
        }
        at = end + 1;
    }
    EXPECT_EQ(requests, 2);
    EXPECT_EQ(log.find("secret"), std::string::npos);
}

// Promise: SIGTERM drops no accepted request and takes at most 10 s.
TEST(Process, StoppingDropsNoAcceptedRequest) {
    const TemporaryFolder folder;
    for (int round = 0; round < 20; ++round) {
        Server server{folder.path("data")};
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 16; ++i) {
            clients.push_back(std::make_unique<RawClient>(server.port()));
            clients.back()->send("GET /collections HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        const auto began = std::chrono::steady_clock::now();
        server.signal(SIGTERM);
        for (auto& client : clients) {
            const auto answer = client->read();
            ASSERT_EQ(answer.status, 200) << "round " << round;
            ASSERT_TRUE(answer.complete);
        }
        clients.clear();
        ASSERT_EQ(server.wait(), 0);
        EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{10});
    }
}

TEST(Process, TokensOpenWhatTheyShould) {
    const TemporaryFolder folder;
    const auto made =
        run({"token", "create", "--data-dir", folder.path("data"), "--role", "analyst", "--agency", "fc_kp", "--json"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const auto token = nlohmann::json::parse(made.out)["token"].get<std::string>();
    EXPECT_EQ(run({"token", "create", "--data-dir", folder.path("data"), "--role", "king", "--agency", "a"}).exit_code,
              2);
    const Server server{folder.path("data"), {}};
    EXPECT_EQ(server.get("/collections", "Authorization: Bearer " + token + "\r\n").status, 200);
    // Hard case 40.
    EXPECT_EQ(server.get("/collections", "Authorization: Bearer " + token + "0\r\n").status, 401);
    EXPECT_EQ(server.get("/collections", "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n").status, 401);
    EXPECT_EQ(server.get("/collections", "Authorization: Basic YTpi\r\n").status, 401);
    EXPECT_EQ(server.get("/collections").status, 200) << "the public sees what is for everyone";
}

TEST(Process, AWholeDatabaseChecksAsWholeAndAMissingOneDoesNot) {
    const TemporaryFolder folder;
    EXPECT_EQ(run({"check", "--data-dir", folder.path("nothing")}).exit_code, 1);
    { Server server{folder.path("data")}; }
    const auto ran = run({"check", "--data-dir", folder.path("data"), "--json"});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(nlohmann::json::parse(ran.out)["whole"]);
}
