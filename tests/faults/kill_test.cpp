// kill -9 at random, and power lost at random: acknowledged writes lost 0, half writes 0, audit leaves = acknowledged
// changes.
#include "tests/faults/counts.hpp"
#include "tests/faults/imports.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"

#include <gtest/gtest.h>

namespace faults {
namespace {

constexpr int kWriters = 8;

class Kill : public testing::Test {
protected:
    // Starts, lets everybody write, kills at some moment, and compares what is left with what was promised.
    void rounds(int kills, Disk disk, const std::string& name) {
        auto random = random_for(name);
        Machine machine{disk};
        Ledger ledger{kWriters, name};
        Imports imports{name};
        std::int64_t in_the_middle = 0;
        for (int kill = 0; kill < kills; ++kill) {
            machine.start();
            if (kill > 0) ledger.compare(machine.server().port());
            if (kill % 10 == 0) imports.begin(machine.server().port());
            // Half of the kills come from outside, after some acknowledgements; half at an operation on a file.
            const bool from_inside = disk == Disk::platter && kill % 2 == 1;
            if (from_inside)
                machine.control().kill_at = machine.control().operations + 1 + static_cast<int>(random() % 600);
            const auto target = ledger.acknowledged() + static_cast<std::int64_t>(random() % 120);
            ledger.write(machine.server().port(), [&](const Ledger& now) {
                if (from_inside) return !machine.running();
                if (now.acknowledged() < target) return false;
                machine.kill();
                return true;
            });
            machine.kill();
            in_the_middle += imports.end() ? 0 : 1;
            if (disk == Disk::platter) machine.lose_power(random);
            ASSERT_TRUE(ledger.faults().empty()) << ledger.faults() << "before kill " << kill << ", seed " << seed();
            // Sometimes `check` is the first to open what is left, sometimes the server.
            if (kill % 4 == 0) check(machine, ledger, imports, kill);
            if (HasFatalFailure()) return;
        }
        machine.start();
        ledger.compare(machine.server().port(), true);
        imports.complete(machine.server().port()); // those that were cut off go on where they were
        const auto rows = imports.rows_served(machine.server().port());
        EXPECT_EQ(rows, imports.rows_promised());
        EXPECT_TRUE(ledger.faults().empty() && imports.faults().empty()) << ledger.faults() << imports.faults();
        EXPECT_EQ(machine.stop(), 0);
        std::string why;
        EXPECT_EQ(machine.check(&why), ledger.changes() + rows) << why;
        EXPECT_GT(ledger.acknowledged(), kills * 10) << "the writers wrote";
        std::printf("%d kills, %lld acknowledged changes, %lld rows imported, %lld imports cut off\n", kills,
                    static_cast<long long>(ledger.acknowledged()), static_cast<long long>(rows),
                    static_cast<long long>(in_the_middle));
    }

    // The audit leaves are the changes: no fewer than were acknowledged, no more than were sent.
    static void check(Machine& machine, const Ledger& ledger, const Imports& imports, int kill) {
        std::string why;
        const auto changes = machine.check(&why);
        ASSERT_TRUE(changes) << "after kill " << kill << ": " << why;
        const auto rows = imports.rows_promised(), possible = imports.rows_sent();
        std::int64_t open = 0;
        for (const auto& writer : ledger.writers()) open += writer.open_changes();
        ASSERT_GE(*changes, ledger.changes() + rows) << "after kill " << kill;
        ASSERT_LE(*changes, ledger.changes() + open + possible) << "after kill " << kill;
    }
};

TEST_F(Kill, LosesNoAcknowledgedWrite) {
    rounds(count("kills", 60, 2000), Disk::kernel, "kill");
}

TEST_F(Kill, AndThePowerLosesNoAcknowledgedWrite) {
    SKIP_WITHOUT_SHIM();
    rounds(count("power", 60, 2000), Disk::platter, "power");
}

} // namespace
} // namespace faults
