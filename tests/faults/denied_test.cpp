// The database can be read but not written: somebody holds its lock, or the file system is read-only. Writes are 503
// with Retry-After, reads are fine, the process is alive, /ready says why, and all goes on once it is over.
#include "geo/wrap/sqlite.hpp"
#include "tests/faults/counts.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"
#include "tests/faults/volume.hpp"
#include "tests/faults/waiting.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace faults {
namespace {

using std::chrono::steady_clock;

void write_some(test::Server& server, Ledger& ledger, int changes) {
    const auto before = ledger.acknowledged();
    ledger.write(server.port(), [&](const Ledger& now) { return now.acknowledged() > before + changes; });
    ASSERT_GT(ledger.acknowledged(), before + changes);
}

void expect_503_for_writes_only(test::Server& server, Ledger& ledger) {
    const auto refused = ledger.refused();
    const auto acknowledged = ledger.acknowledged();
    ledger.write(server.port(), [&](const Ledger& now) { return now.refused() > refused + 10; });
    EXPECT_GT(ledger.refused(), refused + 10);
    EXPECT_EQ(ledger.acknowledged(), acknowledged);
    for (auto& writer : ledger.writers()) {
        for (const int status : writer.statuses) EXPECT_EQ(status, 503);
        writer.statuses.clear();
    }
    ledger.compare(server.port());
    EXPECT_EQ(server.get("/collections/hazards/items?limit=10").status, 200);
    EXPECT_EQ(server.get("/tiles/hazards/5/21/13.mvt").status / 100, 2);
    EXPECT_EQ(server.get("/health").status, 200);
    const auto ready = server.get("/ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.body.find("\"detail\""), std::string::npos) << ready.body;
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
}

void expect_recovery(test::Server& server, Ledger& ledger) {
    EXPECT_TRUE(within(kRecovery, [&] { return server.get("/ready").status == 200; })) << server.get("/ready").body;
    write_some(server, ledger, 20);
    ledger.compare(server.port());
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
}

TEST(Denied, ALockedDatabaseRefusesWritesWithinTwoSecondsAndServesOn) {
    Machine machine;
    Ledger ledger{4, "locked"};
    auto& server = machine.start();
    write_some(server, ledger, 20);
    for (int round = 0; round < count("locked", 1, 100); ++round) {
        geo::wrap::Database other{machine.data() + "/sarhad.sqlite"};
        other.exec("BEGIN IMMEDIATE");
        const std::string hazard = R"({"type":"Feature","geometry":null,"properties":{"kind":"heat"}})";
        std::vector<std::jthread> clients; // alone, behind another, and in the middle of the server's own attempts
        for (int i = 0; i < 6; ++i) {
            clients.emplace_back([&, i] {
                std::this_thread::sleep_for(std::chrono::milliseconds{i * 300}); // spread over the second between them
                const auto began = steady_clock::now();
                const auto answer =
                    server.ask("POST", "/collections/hazards/items", "Content-Type: application/geo+json\r\n", hazard);
                EXPECT_EQ(answer.status, 503) << answer.body;
                EXPECT_FALSE(answer.header("Retry-After").empty());
                EXPECT_LE(steady_clock::now() - began, std::chrono::seconds{2});
            });
        }
        clients.clear();
        expect_503_for_writes_only(server, ledger);
        other.exec("ROLLBACK");
        expect_recovery(server, ledger);
    }
    EXPECT_EQ(machine.stop(), 0);
}

TEST(Denied, AFileSystemThatBecomesReadOnlyStopsWritesAlone) {
    SKIP_WITHOUT_SHIM();
    Machine machine{Disk::faulty};
    Ledger ledger{4, "remounted"};
    auto& server = machine.start();
    for (int round = 0; round < count("remounted", 2, 100); ++round) {
        write_some(server, ledger, 20);
        machine.control().read_only = 1; // as the kernel does after an error of the disk
        expect_503_for_writes_only(server, ledger);
        machine.control().read_only = 0;
        expect_recovery(server, ledger);
    }
    EXPECT_EQ(machine.stop(), 0);
}

TEST(Denied, AServerThatStartsOnAReadOnlyFileSystemServesAndSaysSo) {
    if (!Volume::possible()) GTEST_SKIP() << "a file system can't be mounted here";
    const Volume volume{160}; // below 64 MB of space it is not ready for that alone
    Machine machine{Disk::kernel, volume.path("data")};
    Ledger ledger{4, "read-only"};
    write_some(machine.start(), ledger, 40);
    ASSERT_EQ(machine.stop(), 0);
    volume.read_only(true);
    try {
        machine.start();
    } catch (const std::runtime_error& refusal) {
        const std::string words = refusal.what();
        ASSERT_TRUE(is_refusal(words)) << words;
        GTEST_SKIP() << "this program does not start there yet: " << words;
    }
    expect_503_for_writes_only(machine.server(), ledger);
    ledger.compare(machine.server().port(), true);
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
    EXPECT_EQ(machine.stop(), 0);
    volume.read_only(false);
    machine.start();
    expect_recovery(machine.server(), ledger);
    EXPECT_EQ(machine.stop(), 0);
}

} // namespace
} // namespace faults
