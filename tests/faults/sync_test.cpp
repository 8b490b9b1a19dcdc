// The disk refuses to save: no 2xx for what isn't durable; the server stops writing, says so, and goes on by itself.
#include "tests/faults/counts.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"
#include "tests/faults/waiting.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace faults {
namespace {

constexpr std::int64_t kForEver = INT64_MAX;

// A sync of the start itself failed: the program may end with a word about it, never by a signal, and the next start
// finds nothing that hinders it.
void expect_refusal(const std::runtime_error& refusal) {
    const std::string words = refusal.what();
    EXPECT_TRUE(is_refusal(words)) << words;
}

TEST(Sync, AFailureOfAnyOneIsNeverAnsweredYes) {
    SKIP_WITHOUT_SHIM();
    auto random = random_for("sync");
    int refused_starts = 0;
    std::int64_t refused_writes = 0;
    const int all = count("sync", 40, 400);
    for (int n = 1; n <= all; ++n) {
        SCOPED_TRACE("sync " + std::to_string(n) + ", seed " + std::to_string(seed()));
        Machine machine{Disk::platter};
        Ledger ledger{4, "sync" + std::to_string(n)};
        machine.control().fail_sync_from = n;
        machine.control().fail_sync_to = n;
        try {
            machine.start();
            std::int64_t acknowledged_then = -1;
            ledger.write(machine.server().port(), [&](const Ledger& now) {
                if (machine.control().failed_syncs == 0) return false;
                if (acknowledged_then < 0) acknowledged_then = now.acknowledged();
                return now.acknowledged() > acknowledged_then + 10;
            });
            ASSERT_EQ(machine.control().failed_syncs, 1);
            ledger.compare(machine.server().port());
            machine.kill();
        } catch (const std::runtime_error& refusal) {
            expect_refusal(refusal);
            ++refused_starts;
        }
        // Half of the time the process alone dies first: what the failed sync left in the kernel's cache is read back
        // as if it were safe, and built upon.
        if (n % 2 == 0) {
            machine.control().fail_sync_to = 0;
            machine.restart();
            const auto before = ledger.acknowledged();
            ledger.write(machine.server().port(), [&](const Ledger& now) { return now.acknowledged() > before + 5; });
            machine.kill();
        }
        machine.lose_power(random);
        machine.start();
        ledger.compare(machine.server().port(), true);
        ASSERT_TRUE(ledger.faults().empty()) << ledger.faults();
        ASSERT_GT(ledger.acknowledged() + refused_starts, 0);
        machine.stop();
        std::string why;
        ASSERT_EQ(machine.check(&why), ledger.changes()) << why;
        refused_writes += ledger.refused();
    }
    std::printf("%d failures of one sync: %d starts refused, %lld writes refused\n", all, refused_starts,
                static_cast<long long>(refused_writes));
    EXPECT_GT(refused_writes, 0);
}

TEST(Sync, WhileItFailsNothingIsWrittenAndReadySaysSo) {
    SKIP_WITHOUT_SHIM();
    auto random = random_for("sync for ever");
    Machine machine{Disk::platter};
    Ledger ledger{4, "sync for ever"};
    auto& server = machine.start();
    for (int round = 0; round < count("sync_spells", 3, 100); ++round) {
        const auto before = ledger.acknowledged();
        ledger.write(server.port(), [&](const Ledger& now) { return now.acknowledged() > before + 20; });
        ASSERT_EQ(server.get("/ready").status, 200) << server.get("/ready").body;

        auto& control = machine.control();
        control.fail_sync_to = kForEver;
        control.fail_sync_from = control.syncs + 1;
        const auto refused = ledger.refused();
        ledger.write(server.port(), [&](const Ledger& now) { return now.refused() > refused + 20; });
        const auto acknowledged = ledger.acknowledged();
        ledger.write(server.port(), [&](const Ledger& now) { return now.refused() > refused + 40; });
        EXPECT_EQ(ledger.acknowledged(), acknowledged) << "something was acknowledged that can't be durable";
        const auto ready = server.get("/ready");
        EXPECT_EQ(ready.status, 503);
        EXPECT_NE(ready.body.find("detail"), std::string::npos) << ready.body;
        EXPECT_EQ(server.get("/health").status, 200);
        ledger.compare(server.port());

        control.fail_sync_from = 0;
        control.fail_sync_to = 0;
        EXPECT_TRUE(within(kRecovery, [&] { return server.get("/ready").status == 200; }));
        ledger.write(server.port(), [&](const Ledger& now) { return now.acknowledged() > acknowledged + 20; });
        EXPECT_GT(ledger.acknowledged(), acknowledged + 20);
        ASSERT_TRUE(ledger.faults().empty()) << ledger.faults();
    }
    machine.kill();
    machine.lose_power(random);
    machine.start();
    ledger.compare(machine.server().port(), true);
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
}

// The power goes while a checkpoint of the audit is written: the file has its new length, but not all of its bytes.
TEST(Sync, ACheckpointThatWasTornIsNobodysProof) {
    for (const std::string& torn :
         {std::string("sarhad-checkp\0\0\0\0\0\0\n", 20), std::string(400, '\0'), std::string(400, '\0') + "\n"}) {
        Machine machine;
        Ledger ledger{2, "torn"};
        ledger.write(machine.start().port(), [](const Ledger& now) { return now.acknowledged() > 5; });
        ASSERT_EQ(machine.stop(), 0);
        std::ofstream{machine.data() + "/sarhad.checkpoints", std::ios::app | std::ios::binary} << torn;
        auto& server = machine.start();
        EXPECT_EQ(server.get("/ready").status, 200) << server.get("/ready").body;
        ledger.write(server.port(), [](const Ledger& now) { return now.acknowledged() > 10; });
        EXPECT_EQ(machine.stop(), 0);
        std::string why;
        EXPECT_EQ(machine.check(&why), ledger.changes()) << why;
    }
}

} // namespace
} // namespace faults
