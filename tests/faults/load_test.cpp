// More than it can do: what waits is bounded, what is shed is told so at once, what is taken is answered; slow and
// silent clients cost the others nothing; memory comes back.
#include "tests/faults/counts.hpp"
#include "tests/faults/imports.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"
#include "tests/faults/waiting.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>

namespace faults {
namespace {

using std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr const char* kHeavy = "GET /collections/places/items?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kLight = "GET /collections/places/items?limit=2 HTTP/1.1\r\nHost: a\r\n\r\n";

long resident_kb(const test::Server& server) {
    std::ifstream status{"/proc/" + std::to_string(server.pid()) + "/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
    return 0;
}

double metric(const test::Server& server, const std::string& name) {
    const auto text = server.get("/metrics").body;
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

struct Loaded {
    std::atomic<int> answered{0}, shed{0}, wrong{0};
    std::mutex mutex;
    std::vector<double> good_ms, shed_ms;
};

// `clients` connections, each asking again as soon as it is answered, until `enough()`.
template <typename Enough>
void load(std::uint16_t port, int clients, Loaded& result, Enough enough) {
    std::atomic<bool> stop{false};
    std::vector<std::jthread> threads;
    for (int i = 0; i < clients; ++i) {
        threads.emplace_back([&] {
            test::RawClient client{port};
            std::vector<double> good, shed;
            while (!stop) {
                const auto began = steady_clock::now();
                const auto answer = client.ask(kHeavy);
                const double ms = Milliseconds{steady_clock::now() - began}.count();
                if (answer.status == 200 && answer.complete) {
                    ++result.answered;
                    good.push_back(ms);
                } else if (answer.status == 503 && !answer.header("Retry-After").empty()) {
                    ++result.shed;
                    shed.push_back(ms);
                } else {
                    ++result.wrong;
                    break;
                }
            }
            const std::lock_guard lock{result.mutex};
            result.good_ms.insert(result.good_ms.end(), good.begin(), good.end());
            result.shed_ms.insert(result.shed_ms.end(), shed.begin(), shed.end());
        });
    }
    while (!enough()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    stop = true;
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

class Load : public testing::Test {
protected:
    void start(const std::string& settings) {
        std::ofstream{machine.scratch("sarhad.toml")} << settings;
        auto& server = machine.start({"--open", "--config", machine.scratch("sarhad.toml")});
        Upload upload{"load", 1000, false, {}, {}};
        run_upload(upload, server.port());
        ASSERT_TRUE(upload.promised) << upload.last;
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    // Requests of somebody else meanwhile: all must be answered.
    std::vector<double> light_requests(int requests) {
        std::vector<double> took_ms;
        test::RawClient client{machine.server().port()};
        for (int i = 0; i < requests; ++i) {
            const auto began = steady_clock::now();
            const auto answer = client.ask(kLight);
            EXPECT_EQ(answer.status, 200) << "request " << i;
            if (answer.status != 200) break;
            took_ms.push_back(Milliseconds{steady_clock::now() - began}.count());
        }
        return took_ms;
    }
    Machine machine;
};

TEST_F(Load, TenTimesTooMuchIsShedAndTheRestIsAnswered) {
    constexpr int kQueue = 16;
    start("queue_length = " + std::to_string(kQueue) + "\nworkers = 2\n");
    auto& server = machine.server();
    const std::chrono::milliseconds spell{count("overload_ms", 1500, 60'000)};
    const auto during = [&](const auto& began) { return [&] { return steady_clock::now() - began > spell; }; };
    Loaded peak;
    const auto began = steady_clock::now();
    load(server.port(), 8, peak, during(began));
    EXPECT_EQ(peak.wrong, 0);
    EXPECT_EQ(peak.shed, 0) << "8 clients fit into the queue";
    const long before_kb = resident_kb(server);

    Loaded over;
    double most_waiting = 0;
    int health = 0;
    const auto began_over = steady_clock::now();
    load(server.port(), 10 * (kQueue + 2), over, [&] {
        most_waiting = std::max(most_waiting, metric(server, "sarhad_requests_waiting"));
        health += server.get("/health").status == 200 ? 0 : 1;
        return steady_clock::now() - began_over > spell;
    });
    EXPECT_EQ(over.wrong, 0) << "every answer is 200, or 503 with Retry-After";
    EXPECT_GT(over.answered, 0);
    EXPECT_GT(over.shed, 0);
    EXPECT_LE(most_waiting, kQueue);
    EXPECT_EQ(health, 0) << "it looked dead";
    const long after_kb = resident_kb(server);
    if (kShimWorks) {
        EXPECT_LT(after_kb - before_kb, 128 * 1024) << "of memory for 180 clients";
    }
    const double goodput = static_cast<double>(over.answered) / std::max(1.0, static_cast<double>(peak.answered));
    std::printf("goodput %.0f %% of the peak, %d answered, %d shed; shed in %.1f ms (p50), %.1f ms (p95); at most %.0f "
                "waiting; %ld kB before, %ld kB after\n",
                100 * goodput, over.answered.load(), over.shed.load(), percentile(over.shed_ms, 0.5),
                percentile(over.shed_ms, 0.95), most_waiting, before_kb, after_kb);
    EXPECT_EQ(light_requests(20).size(), 20u) << "and afterwards all is as before";
    EXPECT_EQ(machine.stop(), 0);
}

TEST_F(Load, AThousandSlowClientsLeaveTheOthersAnswered) {
    start("");
    auto& server = machine.server();
    const int requests = count("slow_requests", 200, 20'000);
    const auto alone = light_requests(requests);
    std::vector<std::unique_ptr<test::RawClient>> slow;
    for (int i = 0; i < 1000; ++i) {
        slow.push_back(std::make_unique<test::RawClient>(server.port()));
        // Some never end their head, some never send their body, some never read their answer.
        if (i % 3 == 0) slow.back()->send("GET /collections/places/ite");
        if (i % 3 == 1)
            slow.back()->send("POST /collections/hazards/items HTTP/1.1\r\nHost: a\r\nContent-Type: "
                              "application/geo+json\r\nContent-Length: 500\r\n\r\n{");
        if (i % 3 == 2) slow.back()->send(kHeavy);
    }
    ASSERT_TRUE(within(std::chrono::seconds{20}, [&] { return metric(server, "sarhad_connections") >= 1000; }));
    const auto beside = light_requests(requests);
    EXPECT_EQ(beside.size(), static_cast<std::size_t>(requests));
    std::printf("p95 of the others: %.2f ms alone, %.2f ms beside 1,000 slow clients\n", percentile(alone, 0.95),
                percentile(beside, 0.95));
    for (auto& client : slow) client->close();
    EXPECT_TRUE(within(std::chrono::seconds{20}, [&] { return metric(server, "sarhad_connections") <= 2; }))
        << "what they held is not given back";
    EXPECT_EQ(machine.stop(), 0);
}

// A byte a second: the answer is longer than what the kernel keeps for a client, so the server has to wait.
TEST_F(Load, AClientThatReadsAByteASecondHoldsUpNobody) {
    start("");
    auto& server = machine.server();
    std::atomic<bool> stop{false};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 8; ++i) { // more than there are workers
        readers.emplace_back([&] {
            const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const int small = 2048;
            ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_port = htons(server.port());
            to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
                const std::string_view request = kHeavy;
                char byte = 0;
                if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0)
                    while (!stop && ::recv(socket, &byte, 1, 0) == 1)
                        within(std::chrono::seconds{1}, [&] { return stop.load(); });
            }
            ::close(socket);
        });
    }
    ASSERT_TRUE(within(std::chrono::seconds{20}, [&] { return metric(server, "sarhad_connections") >= 9; }));
    EXPECT_EQ(light_requests(count("slow_reader_requests", 200, 20'000)).size(),
              static_cast<std::size_t>(count("slow_reader_requests", 200, 20'000)));
    Ledger ledger{2, "slow readers"};
    ledger.write(server.port(), [](const Ledger& now) { return now.acknowledged() > 20; });
    ledger.compare(server.port());
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
    EXPECT_GT(ledger.acknowledged(), 20);
    stop = true;
    readers.clear();
    EXPECT_EQ(machine.stop(), 0);
}

// Reads, edits and refusals. What grows with the data is the data; the items stay the same few.
TEST_F(Load, MemoryAfterTenTimesTheWorkIsTheSame) {
    if (!kShimWorks) GTEST_SKIP() << "a sanitizer keeps what was freed";
    start("");
    auto& server = machine.server();
    Ledger ledger{4, "memory"};
    const auto work = [&](int changes) {
        const auto target = ledger.acknowledged() + changes;
        while (ledger.acknowledged() < target) // a minute at most each time
            ledger.write(server.port(), [&](const Ledger& now) { return now.acknowledged() >= target; });
        light_requests(changes);
    };
    const int n = count("memory", 100, 20'000);
    work(n);
    work(n); // the second time the caches are warm
    const long before = resident_kb(server);
    work(10 * n);
    const long after = resident_kb(server);
    std::printf("%ld kB after %d changes, %ld kB after %d\n", before, 2 * n, after, 12 * n);
    EXPECT_LT(after - before, 16 * 1024);
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
    EXPECT_EQ(machine.stop(), 0);
}

} // namespace
} // namespace faults
