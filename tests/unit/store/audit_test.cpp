// The signed audit: whatever is changed, taken out, cut off or set back behind the store's back is found and named.
#include "geo/wrap/sqlite.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "support.hpp"

#include <chrono>
#include <fstream>
#include <gmock/gmock.h>
#include <thread>

namespace store_test {
namespace {

using testing::HasSubstr, testing::IsEmpty;

class Audit : public ::testing::Test {
protected:
    void write(int from, int to) {
        for (int i = from; i < to; ++i) must(*store, create(row(id_of(i), "true")));
    }
    void reopen(const SpatialiteOptions& options = {}) {
        store.reset();
        store = open_spatialite(folder.path, options);
    }
    std::vector<std::string> faults() { return store->verify_audit().faults; }
    // With the store closed meanwhile.
    void tamper(const std::string& sql) {
        store.reset();
        geo::wrap::Database{folder.database()}.exec(sql);
        store = open_spatialite(folder.path);
    }
    std::vector<std::string> lines() { return audit::read_lines(folder.path); }

    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
};

TEST_F(Audit, EverythingAcknowledgedIsVouchedForWhenTheStoreCloses) {
    write(0, 5);
    store->log_access({.account = "officer", .what = "read", .subject = "reports", .reason = "case 12"});
    reopen();
    ASSERT_FALSE(lines().empty());
    const auto newest = audit::checkpoint_from(lines().back());
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->changes.size, 5u);
    EXPECT_EQ(newest->accesses.size, 1u);
    const auto report = store->verify_audit();
    EXPECT_THAT(report.faults, IsEmpty());
    EXPECT_EQ(report.changes, 5);
    EXPECT_EQ(report.accesses, 1);
    EXPECT_EQ(report.changes_root, audit::to_hex(newest->changes.root));
    EXPECT_EQ(report.keys.size(), 1u);
    EXPECT_EQ(report.last_checkpoint, lines().back());
    const auto kept = lines();
    reopen(); // nothing happened: nothing is signed
    EXPECT_EQ(lines(), kept);
}

TEST_F(Audit, ACheckpointIsMadeByItselfWhileTheStoreIsOpen) {
    reopen({.checkpoint_every = std::chrono::milliseconds{20}});
    const auto before = lines().size();
    write(0, 1);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (lines().size() == before && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_EQ(audit::checkpoint_from(lines().back())->changes.size, 1u);
}

TEST_F(Audit, AChangeRewrittenWithItsLeafIsFoundByTheCheckpointsRoot) {
    write(0, 10);
    store->checkpoint();
    write(10, 20);
    store.reset();
    // Row, log line and leaf of change 15 name another account, in harmony with each other. The new leaf is made in a
    // copy without checkpoints in the way.
    geo::wrap::Database{folder.database()}.exec("UPDATE versions_hazards SET _account='nobody' WHERE _seq_from=15");
    const TemporaryFolder aside;
    std::filesystem::copy_file(folder.database(), aside.database());
    geo::wrap::Database{aside.database()}.exec("DELETE FROM checkpoint; DELETE FROM audit_tree");
    const auto hash = audit::leaf_hash(open_spatialite(aside.path)->prove(15).leaf);
    {
        geo::wrap::Database db{folder.database()};
        geo::wrap::Statement leaf{db, "UPDATE audit_leaf SET hash=?1 WHERE seq=15"};
        leaf.bind_blob(1, {reinterpret_cast<const char*>(hash.data()), hash.size()});
        leaf.run();
    }
    store = open_spatialite(folder.path);
    ASSERT_EQ(faults().size(), 1u);
    EXPECT_THAT(faults().front(), HasSubstr("something of audit entry 11 to 20 was changed"));
}

TEST_F(Audit, ATailCutOffCleanlyIsFound) {
    write(0, 10);
    tamper("DELETE FROM versions_hazards WHERE _seq_from>7; DELETE FROM change_log WHERE seq>7;"
           "DELETE FROM audit_leaf WHERE seq>7; UPDATE layers SET row_count=7 WHERE id='hazards'");
    EXPECT_THAT(faults().front(), HasSubstr("cut off: it ends at audit entry 7"));
    EXPECT_THROW(store->check(), geo::Error);
    ASSERT_TRUE(store->audit_trouble());
    EXPECT_THAT(*store->audit_trouble(), HasSubstr("older, or its end was cut off"));
    EXPECT_THROW(store->checkpoint(), geo::Error) << "it would vouch for a cut";
    // Growing beyond the cut hides nothing.
    write(20, 30);
    reopen();
    EXPECT_FALSE(faults().empty());
}

TEST_F(Audit, CheckpointsTakenOutOfTheDatabaseTooDoNotHideACut) {
    write(0, 10);
    tamper("DELETE FROM versions_hazards WHERE _seq_from>7; DELETE FROM change_log WHERE seq>7;"
           "DELETE FROM audit_leaf WHERE seq>7; UPDATE layers SET row_count=7 WHERE id='hazards';"
           "DELETE FROM checkpoint; DELETE FROM audit_tree");
    EXPECT_THAT(faults().front(), HasSubstr("cut off"));
    EXPECT_TRUE(store->audit_trouble());
}

TEST_F(Audit, AnOlderDatabaseCopiedOverItIsFound) {
    write(0, 5);
    store.reset();
    std::filesystem::copy_file(folder.database(), folder.path + "/old");
    store = open_spatialite(folder.path);
    write(5, 9);
    store.reset();
    std::filesystem::rename(folder.path + "/old", folder.database());
    store = open_spatialite(folder.path);
    EXPECT_TRUE(store->audit_trouble());
    ASSERT_FALSE(faults().empty());
    EXPECT_THAT(faults().front(), HasSubstr("cut off: it ends at audit entry 5"));
    EXPECT_THROW(store->check(), geo::Error);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(4))), "true") << "reading goes on";
    write(20, 21); // and so does writing
}

TEST_F(Audit, CheckpointsTakenFromTheFileAreFound) {
    write(0, 5);
    store->checkpoint();
    write(5, 9);
    store.reset();
    auto kept = lines();
    std::filesystem::remove(folder.path + "/" + audit::kCheckpointsName);
    for (std::size_t i = 0; i + 1 < kept.size(); ++i) audit::append_line(folder.path, kept[i]);
    store = open_spatialite(folder.path);
    EXPECT_THAT(faults().front(), HasSubstr("is in the database and not in the file"));
    EXPECT_TRUE(store->audit_trouble());
}

TEST_F(Audit, AnAccessEntryChangedOrTakenOutIsFoundAndNamed) {
    for (int i = 0; i < 4; ++i) store->log_access({.account = "officer", .what = "read", .reason = "case"});
    tamper("UPDATE access_log SET reason='another' WHERE number=2");
    EXPECT_EQ(faults().front(), "access entry 2 does not match its hash");
    tamper("DELETE FROM access_log WHERE number=3");
    EXPECT_EQ(faults().at(1), "access entry 3 is missing");
}

TEST_F(Audit, ANewKeyIsToldInTheLog) {
    write(0, 2);
    store.reset();
    std::filesystem::remove(folder.path + "/" + audit::kKeyName);
    store = open_spatialite(folder.path);
    const auto report = store->verify_audit();
    EXPECT_THAT(report.faults, IsEmpty());
    ASSERT_EQ(report.keys.size(), 2u);
    EXPECT_EQ(store->accesses(0, 10).at(0).what, "key_changed");
    EXPECT_EQ(store->accesses(0, 10).at(0).subject, report.keys[1]);
}

TEST_F(Audit, ACheckpointThatAKillKeptFromTheDatabaseIsTakenUp) {
    write(0, 3);
    reopen();
    store.reset();
    geo::wrap::Database{folder.database()}.exec("DELETE FROM checkpoint WHERE number="
                                                "(SELECT max(number) FROM checkpoint)");
    store = open_spatialite(folder.path);
    EXPECT_FALSE(store->audit_trouble());
    EXPECT_THAT(faults(), IsEmpty());
    write(3, 4);
    reopen();
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(Audit, EveryChangeIsProvedAndNoOther) {
    write(0, 11);
    for (Seq seq = 1; seq <= 11; ++seq) {
        const auto proof = store->prove(seq);
        EXPECT_FALSE(audit::fault_of(proof)) << seq;
        EXPECT_EQ(proof.leaf.account, "tester");
        EXPECT_EQ(proof.leaf.seq, seq);
    }
    EXPECT_THROW(store->prove(0), geo::Error);
    EXPECT_THROW(store->prove(12), geo::Error);
}

TEST_F(Audit, AnAccountIsStoredWithItsLineInTheLogAndTellsWhoRemembersAccounts) {
    const auto before = store->accounts_revision();
    store->put_account({"hash", "account", "fia", {"viewer"}, false}, {.account = "admin", .what = "token_created"});
    EXPECT_NE(store->accounts_revision(), before);
    EXPECT_EQ(store->accesses(0, 10).at(0).what, "token_created");
    EXPECT_EQ(store->accounts().at(0).agency, "fia");
}

} // namespace
} // namespace store_test
