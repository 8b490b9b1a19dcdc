// When the storage fails nobody is told "stored", reading goes on, and writing comes back by itself.
#include "geo/wrap/sqlite.hpp"
#include "support.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <mutex>
#include <sys/resource.h>
#include <thread>

namespace store_test {
namespace {

using namespace std::chrono_literals;

class Trouble : public ::testing::Test {
protected:
    bool well_within(std::chrono::seconds deadline) {
        const auto end = std::chrono::steady_clock::now() + deadline;
        while (std::chrono::steady_clock::now() < end) {
            if (!store->trouble()) return true;
            std::this_thread::yield();
        }
        return false;
    }

    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
};

// The real thing without privileges: the kernel refuses to let any file of this process grow.
class NoFileMayGrow {
public:
    NoFileMayGrow(std::uint64_t beyond_bytes) {
        old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &old_);
        rlimit tight = old_;
        tight.rlim_cur = beyond_bytes;
        ::setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~NoFileMayGrow() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }

private:
    rlimit old_{};
    void (*old_handler_)(int) = nullptr;
};

TEST_F(Trouble, AStorageThatRefusesBytesAnswersNoSuccessAndRecovers) {
    must(*store, create(row(id_of(0), "before")));
    const Seq before = store->last_seq();
    {
        const NoFileMayGrow limit{1000};
        std::vector<std::future<std::vector<Store::Item>>> answers;
        for (int i = 1; i <= 20; ++i) answers.push_back(store->write({create(row(id_of(i), "lost?"))}));
        for (auto& answer : answers) EXPECT_ERROR(answer.get().at(0), storage_failed);
        EXPECT_TRUE(store->trouble());
        EXPECT_EQ(store->last_seq(), before);
        EXPECT_EQ(remarks(*store->get(kLayer, id_of(0))), "before"); // reading goes on
        EXPECT_EQ(store->count(kLayer), 1);
    }
    EXPECT_TRUE(well_within(5s)); // without a write or a restart
    EXPECT_EQ(must(*store, create(row(id_of(1), "after"))).seq, before + 1);
    store.reset();
    store = open_spatialite(folder.path);
    EXPECT_EQ(store->count(kLayer), 2);
    EXPECT_EQ(store->check().changes, before + 1);
}

TEST_F(Trouble, AWriteRecoversAsSoonAsTheStorageDoes) {
    for (int round = 0; round < 5; ++round) {
        {
            const NoFileMayGrow limit{1000};
            EXPECT_ERROR(put(*store, create(row(id_of(round), "x"))), storage_failed);
        }
        must(*store, create(row(id_of(round), "x")));
        EXPECT_FALSE(store->trouble());
    }
    EXPECT_EQ(store->check().changes, 5);
}

// A commit can fail to say so and be in the file all the same (its sync failed, then the disk came back).
TEST_F(Trouble, AChangeThatIsInTheFileAfterAFailureReachesTheListener) {
    must(*store, create(row(id_of(0), "x")));
    std::mutex mutex;
    std::vector<std::pair<Seq, std::string>> seen;
    store->on_commit([&](const std::vector<Store::Applied>& applied) {
        const std::lock_guard lock{mutex};
        for (const auto& one : applied) seen.emplace_back(one.change.seq, remarks(*one.record));
    });
    {
        geo::wrap::Database other{folder.database(), {.busy_timeout_ms = 5000}};
        geo::wrap::Transaction held{other};
        EXPECT_ERROR(put(*store, create(row(id_of(1), "y"))), busy);
        other.exec("CREATE TEMP TABLE copy AS SELECT * FROM versions_hazards;"
                   "UPDATE copy SET _seq_from=2,_id=zeroblob(16),remarks='turned up';"
                   "INSERT INTO versions_hazards SELECT * FROM copy;"
                   "INSERT INTO change_log SELECT 2,layer,zeroblob(16),version,op,recorded_at,agency,handling,"
                   "releasable_to,scenario_id,old_box,new_box FROM change_log WHERE seq=1;"
                   "INSERT INTO audit_leaf SELECT 2,payload,hash FROM audit_leaf WHERE seq=1");
        held.commit();
    }
    EXPECT_EQ(must(*store, create(row(id_of(1), "z"))).seq, 3);
    store->on_commit({});
    EXPECT_EQ(seen, (std::vector<std::pair<Seq, std::string>>{{2, "turned up"}, {3, "z"}}));
}

TEST_F(Trouble, ALockedDatabaseIsBusyWithinTwoSecondsAndReadable) {
    must(*store, create(row(id_of(0), "x")));
    {
        geo::wrap::Database other{folder.database(), {.busy_timeout_ms = 5000}};
        const geo::wrap::Transaction held{other};
        const auto start = std::chrono::steady_clock::now();
        EXPECT_ERROR(put(*store, create(row(id_of(1), "y"))), busy);
        EXPECT_LE(std::chrono::steady_clock::now() - start, 2s); // the promise of trust.md, not a timing
        EXPECT_TRUE(store->get(kLayer, id_of(0)));
    }
    must(*store, create(row(id_of(1), "y")));
}

TEST_F(Trouble, ACheckFindsAChangedAMissingAndACutOffEntry) {
    for (int i = 0; i < 10; ++i) must(*store, create(row(id_of(i), "true")));
    must(*store, removal(id_of(9)));
    const auto root = store->check().audit_root;
    EXPECT_EQ(root.size(), 64u);
    store.reset();
    const std::pair<const char*, const char*> tampering[] = {
        {"UPDATE versions_hazards SET remarks='false' WHERE _seq_from=4",
         "UPDATE versions_hazards SET remarks='true' WHERE _seq_from=4"},
        {"UPDATE versions_hazards SET _account='nobody' WHERE _seq_from=4",
         "UPDATE versions_hazards SET _account='tester' WHERE _seq_from=4"},
        {"UPDATE change_log SET agency='anf' WHERE seq=5", "UPDATE change_log SET agency='fia' WHERE seq=5"},
        {"UPDATE change_log SET recorded_at=recorded_at+1 WHERE seq=5",
         "UPDATE change_log SET recorded_at=recorded_at-1 WHERE seq=5"},
        {"CREATE TABLE kept AS SELECT * FROM audit_leaf WHERE seq=6; DELETE FROM audit_leaf WHERE seq=6",
         "INSERT INTO audit_leaf SELECT * FROM kept; DROP TABLE kept"},
        {"CREATE TABLE kept AS SELECT * FROM change_log WHERE seq=11; DELETE FROM change_log WHERE seq=11",
         "INSERT INTO change_log SELECT * FROM kept; DROP TABLE kept"},
        {"UPDATE layers SET row_count=row_count+1 WHERE id='hazards'",
         "UPDATE layers SET row_count=row_count-1 WHERE id='hazards'"},
    };
    for (const auto& [harm, repair] : tampering) {
        geo::wrap::Database{folder.database()}.exec(harm);
        EXPECT_THROW(open_spatialite(folder.path)->check(), geo::Error) << harm;
        geo::wrap::Database{folder.database()}.exec(repair);
        EXPECT_EQ(open_spatialite(folder.path)->check().audit_root, root) << repair;
    }
}

TEST_F(Trouble, BytesFlippedInTheFileNeverCrashAReader) {
    for (int i = 0; i < 200; ++i) must(*store, create(row(id_of(i), "row " + std::to_string(i))));
    store.reset();
    std::ifstream in{folder.database(), std::ios::binary};
    const std::string whole{std::istreambuf_iterator<char>{in}, {}};
    std::mt19937 random{40};
    for (int flip = 0; flip < 50; ++flip) {
        std::string damaged = whole;
        damaged[random() % damaged.size()] ^= static_cast<char>(1u << (random() % 8));
        std::ofstream{folder.database(), std::ios::binary | std::ios::trunc} << damaged;
        try {
            const auto opened = open_spatialite(folder.path);
            std::size_t rows = 0;
            opened->scan(kLayer, opened->last_seq(), {}, {}, [&](const Record&) { return ++rows > 0; });
            opened->changes(0, 1000);
            for (int i = 0; i < 200; i += 17) opened->history(kLayer, id_of(i));
            opened->check();
            EXPECT_EQ(rows, 200u);     // the check found nothing wrong: then nothing may be missing
        } catch (const geo::Error&) {} // refused
    }
}

} // namespace
} // namespace store_test
