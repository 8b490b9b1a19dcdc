// Promises about load: memory after many requests is what it was after few; overload is answered, not suffered.
#include "tests/api/stations.hpp"

#include <fstream>
#include <thread>

using namespace test;

namespace {

class Endurance : public StationsTest {
protected:
    static long resident_kb() {
        std::ifstream status{"/proc/" + std::to_string(server->pid()) + "/status"};
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
        return 0;
    }

    static void many(int rounds) {
        static const std::vector<std::string> kTargets{
            "/collections/stations/items?limit=5", "/collections",  "/tiles/stations/5/21/13.mvt",
            "/collections/stations/items?x=1",     "/no/such/path", "/collections/stations/items?filter=height%3E100"};
        RawClient client{server->port()};
        for (int i = 0; i < rounds; ++i) {
            const auto& target = kTargets[static_cast<std::size_t>(i) % kTargets.size()];
            ASSERT_GT(
                client.ask("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n").status,
                0);
        }
    }
};

} // namespace

TEST_F(Endurance, MemoryAfterTenTimesTheRequestsIsTheSame) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer keeps what was freed";
#endif
    many(1000);
    const auto before = resident_kb();
    many(10'000);
    const auto after = resident_kb();
    ASSERT_GT(before, 0);
    EXPECT_LT(after - before, 4096) << before << " kB before, " << after << " kB after";
}

TEST_F(Endurance, EveryOneOfManyClientsIsAnswered) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 400; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        clients.back()->send("GET /collections HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }
    int good = 0;
    for (auto& client : clients) {
        const auto answer = client->read();
        ASSERT_TRUE(answer.status == 200 || answer.status == 503) << answer.status;
        if (answer.status == 503) {
            EXPECT_EQ(answer.header("Retry-After"), "1");
        }
        good += answer.status == 200;
    }
    EXPECT_GT(good, 0);
    EXPECT_EQ(server->get("/health").status, 200);
}

TEST_F(Endurance, ClientsThatHangUpLeaveNothingBehind) {
    for (int i = 0; i < 500; ++i) {
        RawClient client{server->port()};
        client.send(i % 2 ? "GET /collections HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" : "GET /coll");
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    std::string open;
    while (std::chrono::steady_clock::now() < until) {
        const auto metrics = server->get("/metrics").body;
        const auto at = metrics.find("\nsarhad_connections ") + 20;
        open = metrics.substr(at, metrics.find('\n', at) - at);
        if (open == "1") break;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    EXPECT_EQ(open, "1") << "only the one that asks";
}
