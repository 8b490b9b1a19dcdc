// Many clients at once, a clock that goes back, and a stop in the middle: each promise holds for every one of them.
#include "tests/faults/counts.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace faults {
namespace {

using nlohmann::json;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";

std::string hazard(const std::string& remarks) {
    return json{{"type", "Feature"},
                {"geometry", {{"type", "Point"}, {"coordinates", json::array({66.45, 30.92})}}},
                {"properties", {{"kind", "heat"}, {"remarks", remarks}}}}
        .dump();
}

TEST(Together, OfFiftyWritersOnOneItemOneWinsEachVersion) {
    Machine machine;
    auto& server = machine.start();
    const auto created = server.ask("POST", "/collections/hazards/items", kFeature, hazard("first"));
    ASSERT_EQ(created.status, 201);
    const auto path = test::path_of(created);
    const int wins = count("wins", 2, 40);
    std::mutex mutex;
    std::map<std::string, std::string> winner_of; // the ETag that was replaced -> what replaced it
    std::set<std::string> promised{"first"};
    {
        std::vector<std::jthread> writers;
        for (int w = 0; w < 50; ++w) {
            writers.emplace_back([&, w] {
                for (int won = 0; won < wins;) {
                    const auto now = server.get(path);
                    if (now.status != 200) continue; // 503: too many at once
                    const std::string etag = now.header("ETag");
                    const std::string words = "writer " + std::string(static_cast<std::size_t>(w + 1), 'w') + " win " +
                                              std::string(static_cast<std::size_t>(won + 1), 'v');
                    const auto answer = server.ask("PUT", path, "If-Match: " + etag + "\r\n" + kFeature, hazard(words));
                    if (answer.status != 200) {
                        EXPECT_TRUE(answer.status == 412 || answer.status == 503) << answer.status;
                        continue;
                    }
                    ++won;
                    const std::lock_guard lock{mutex};
                    EXPECT_TRUE(winner_of.emplace(etag, words).second)
                        << "two were told that they replaced the same version";
                    promised.insert(words);
                }
            });
        }
    }
    const auto versions = json::parse(server.get(path + "/history").body)["versions"];
    ASSERT_EQ(versions.size(), static_cast<std::size_t>(1 + 50 * wins));
    std::set<std::string> kept;
    for (const auto& version : versions) kept.insert(version["feature"]["properties"]["remarks"]);
    EXPECT_EQ(kept, promised);
    EXPECT_EQ(machine.stop(), 0);
    EXPECT_EQ(machine.check(), 1 + 50 * wins);
}

TEST(Together, RecordedTimesRiseThoughTheClockIsSetBackADay) {
    SKIP_WITHOUT_SHIM();
    Machine machine{Disk::faulty};
    std::vector<std::string> recorded;
    const auto write = [&] {
        for (int i = 0; i < 5; ++i) {
            const auto answer =
                machine.server().ask("POST", "/collections/hazards/items", kFeature, hazard("at some time"));
            ASSERT_EQ(answer.status, 201);
            recorded.push_back(json::parse(answer.body)["properties"]["recorded_at"]);
        }
    };
    for (const int shift_s : {0, -86'400, 0, 7200, -86'400}) {
        if (!machine.running()) machine.start();
        machine.control().clock_shift_s = shift_s;
        write();
        if (shift_s != 7200) continue;
        EXPECT_EQ(machine.stop(), 0); // the next start finds times of the future
    }
    ASSERT_EQ(recorded.size(), 25u);
    EXPECT_TRUE(std::ranges::is_sorted(recorded)) << "all are UTC of one length";
    EXPECT_EQ(machine.stop(), 0);
    EXPECT_EQ(machine.check(), 25);
}

// Each on a connection of its own and sent whole: the server has them all once it is told to stop.
TEST(Together, StoppingDropsNoAcceptedWrite) {
    auto random = random_for("stop");
    Machine machine;
    std::int64_t stored = 0;
    for (int round = 0; round < count("stops", 20, 1000); ++round) {
        auto& server = machine.start();
        std::vector<std::unique_ptr<test::RawClient>> clients;
        const std::string body = hazard("round");
        for (int i = 0; i < 16; ++i) {
            clients.push_back(std::make_unique<test::RawClient>(server.port()));
            clients.back()->send("POST /collections/hazards/items HTTP/1.1\r\nHost: a\r\n" + std::string{kFeature} +
                                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
            if (i == 4 && random() % 2) clients.front()->read(); // some are answered before
        }
        const auto began = std::chrono::steady_clock::now();
        server.signal(SIGTERM);
        int answered = 0;
        for (auto& client : clients) answered += client->read().status == 201 ? 1 : 0;
        stored += 16;
        ASSERT_GE(answered, 15) << "round " << round; // one may have been read above
        clients.clear();
        ASSERT_EQ(server.wait(), 0);
        ASSERT_LE(std::chrono::steady_clock::now() - began, std::chrono::seconds{10});
    }
    EXPECT_EQ(machine.check(), stored);
}

} // namespace
} // namespace faults
