// A first start makes the database by migrations: killed at any operation, and the power lost with it, the next start
// ends with the same database as one that nobody disturbed.
#include "geo/wrap/sqlite.hpp"
#include "tests/faults/counts.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"

#include <gtest/gtest.h>

namespace faults {
namespace {

std::string schema_of(const Machine& machine) {
    geo::wrap::Database database{machine.data() + "/sarhad.sqlite"};
    std::string all = database.query_text("PRAGMA user_version") + "\n";
    geo::wrap::Statement rows{database, "SELECT coalesce(sql,name) FROM sqlite_schema ORDER BY name"};
    while (rows.step()) all.append(rows.text(0)).append("\n");
    return all;
}

TEST(Migration, KilledAtAnyStepConvergesWhenRunAgain) {
    SKIP_WITHOUT_SHIM();
    auto random = random_for("migration");
    std::string schema;
    std::int64_t operations = 0;
    {
        Machine machine{Disk::platter};
        machine.start();
        operations = machine.control().operations;
        machine.stop();
        schema = schema_of(machine);
    }
    ASSERT_GT(operations, 100);
    const std::int64_t kills = std::min<std::int64_t>(operations, count("migrations", 16, INT32_MAX));
    int killed = 0;
    for (std::int64_t i = 0; i < kills; ++i) {
        const std::int64_t step = 1 + i * operations / kills;
        SCOPED_TRACE("killed at operation " + std::to_string(step) + ", seed " + std::to_string(seed()));
        Machine machine{Disk::platter};
        machine.control().kill_at = step;
        try {
            machine.start();
            machine.kill(); // right behind: threads that count are not always in the same order
        } catch (const std::runtime_error&) {
            ++killed;
        }
        machine.lose_power(random);
        Ledger ledger{2, "migration"};
        ASSERT_NO_THROW(machine.start());
        ledger.write(machine.server().port(), [](const Ledger& now) { return now.acknowledged() > 3; });
        ledger.compare(machine.server().port());
        EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
        machine.stop();
        EXPECT_EQ(schema_of(machine), schema);
        std::string why;
        EXPECT_EQ(machine.check(&why), ledger.changes()) << why;
    }
    EXPECT_GT(killed, kills * 8 / 10);
}

TEST(Migration, ANewerSchemaIsRefusedAndLeftAlone) {
    Machine machine;
    machine.start();
    machine.stop();
    {
        geo::wrap::Database database{machine.data() + "/sarhad.sqlite"};
        database.exec("PRAGMA user_version=9999");
    }
    const auto schema = schema_of(machine);
    try {
        machine.start();
        ADD_FAILURE() << "it serves what it can't know";
    } catch (const std::runtime_error& refusal) {
        EXPECT_NE(std::string{refusal.what()}.find("newer"), std::string::npos) << refusal.what();
    }
    EXPECT_EQ(schema_of(machine), schema);
}

} // namespace
} // namespace faults
