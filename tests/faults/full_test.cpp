// The disk is full: writes are 507, reads are fine, and writing goes on within 5 s of there being space, without a
// restart. The same promises on a small file system that is really full, and on one that the shim calls full.
#include "tests/faults/counts.hpp"
#include "tests/faults/imports.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"
#include "tests/faults/volume.hpp"
#include "tests/faults/waiting.hpp"

#include <gtest/gtest.h>

namespace faults {
namespace {

constexpr int kVolume_mb = 16;

// Where there is a file system of 16 MB, or the shim's word.
class Space {
public:
    explicit Space(bool real) {
        if (real) volume_ = std::make_unique<Volume>(kVolume_mb);
        machine_ = real ? std::make_unique<Machine>(Disk::kernel, volume_->path("data"))
                        : std::make_unique<Machine>(Disk::faulty);
    }
    Machine& machine() { return *machine_; }
    void leave(std::int64_t bytes) {
        if (volume_)
            volume_->fill(bytes);
        else
            machine_->control().space = bytes;
    }
    void free() {
        if (volume_)
            volume_->empty();
        else
            machine_->control().space = -1;
    }

private:
    std::unique_ptr<Volume> volume_;
    std::unique_ptr<Machine> machine_; // dies first
};

class Full : public testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        if (GetParam() && !Volume::possible())
            GTEST_SKIP() << "a file system can't be mounted here; the shim's form checks the same";
        if (!GetParam()) SKIP_WITHOUT_SHIM();
    }
};

TEST_P(Full, WritesAre507ReadsAreFineAndSpaceHelpsWithoutARestart) {
    auto random = random_for("full");
    Space space{GetParam()};
    Ledger ledger{4, "full"};
    auto& server = space.machine().start();
    for (int cycle = 0; cycle < count("full", 4, 500); ++cycle) {
        const auto before = ledger.acknowledged();
        ledger.write(server.port(), [&](const Ledger& now) { return now.acknowledged() > before + 20; });
        space.leave(static_cast<std::int64_t>(random() % 100'000));
        const auto refused = ledger.refused();
        ledger.write(server.port(), [&](const Ledger& now) { return now.refused() > refused + 30; });
        ASSERT_GT(ledger.refused(), refused + 30) << "it never became full";
        for (auto& writer : ledger.writers()) {
            for (const int status : writer.statuses) ASSERT_EQ(status, 507);
            writer.statuses.clear();
        }
        ledger.compare(server.port());
        EXPECT_EQ(server.get("/collections/hazards/items?limit=10").status, 200);
        EXPECT_EQ(server.get("/health").status, 200);
        const auto ready = server.get("/ready");
        EXPECT_EQ(ready.status, 503);
        EXPECT_NE(ready.body.find("full"), std::string::npos) << ready.body;

        space.free();
        const auto then = ledger.acknowledged();
        const auto freed = std::chrono::steady_clock::now();
        ledger.write(server.port(), [&](const Ledger& now) { return now.acknowledged() > then; });
        EXPECT_LE(std::chrono::steady_clock::now() - freed, kRecovery);
        ASSERT_GT(ledger.acknowledged(), then) << "writing did not go on";
        for (auto& writer : ledger.writers()) writer.statuses.clear();
        ASSERT_TRUE(ledger.faults().empty()) << ledger.faults() << "cycle " << cycle << ", seed " << seed();
    }
    ledger.compare(server.port(), true);
    EXPECT_TRUE(ledger.faults().empty()) << ledger.faults();
    EXPECT_EQ(space.machine().stop(), 0);
    std::string why;
    EXPECT_EQ(space.machine().check(&why), ledger.changes()) << why;
}

TEST_P(Full, AnImportThatFillsTheDiskStopsAndGoesOnLater) {
    auto random = random_for("full import");
    for (int cycle = 0; cycle < count("full_imports", 3, 100); ++cycle) {
        Space space{GetParam()};
        auto& server = space.machine().start();
        Upload upload{"full-" + std::to_string(cycle), 6600, false, {}, {}};
        const auto bytes = static_cast<std::int64_t>(places_geojson(upload.name, upload.rows).size());
        // The rows take about 2 400 000, and the database's log may have room for a megabyte already.
        space.leave(bytes + static_cast<std::int64_t>(random() % 800'000));
        run_upload(upload, server.port());
        EXPECT_FALSE(upload.promised) << "there was not enough space for this";
        EXPECT_NE(upload.last.find("full"), std::string::npos) << "it does not say why: " << upload.last;
        const auto rows = Imports::rows_served(server.port());
        EXPECT_GE(rows, 0) << "reads are fine";
        EXPECT_LT(rows, upload.rows);
        EXPECT_EQ(server.get("/collections/places/items?limit=10").status, 200);

        space.free();
        EXPECT_TRUE(within(kRecovery, [&] {
            run_upload(upload, server.port());
            return upload.promised;
        })) << upload.last;
        EXPECT_EQ(Imports::rows_served(server.port()), upload.rows);
        EXPECT_EQ(space.machine().stop(), 0);
        std::string why;
        EXPECT_EQ(space.machine().check(&why), upload.rows) << "no row twice. " << why;
    }
}

INSTANTIATE_TEST_SUITE_P(OfADisk, Full, testing::Bool(), [](const testing::TestParamInfo<bool>& one) {
    return std::string{one.param ? "FileSystem" : "Shim"};
});

} // namespace
} // namespace faults
