// Backups made under load come back whole, byte-checked, and nothing else does.
#include "geo/wrap/sqlite.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "layers/store/spatialite/backup.hpp"
#include "support.hpp"

#include <atomic>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace store_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr, testing::IsEmpty;

class Backup : public ::testing::Test {
protected:
    std::string folder_named(const char* name) {
        const auto path = folder.path + "/" + name;
        fs::create_directories(path);
        return path;
    }
    static RestoreReport restore(const std::string& from, const std::string& to, const std::string& key = {}) {
        const auto stage = begin_restore(to);
        for (const auto& name : backup_files()) {
            if (fs::exists(from + "/" + name)) fs::copy_file(from + "/" + name, stage + "/" + name);
        }
        return finish_restore(to, key, "operator", {});
    }
    static std::string refusal(const std::string& from, const std::string& to, const std::string& key = {}) {
        try {
            restore(from, to, key);
        } catch (const geo::Error& error) {
            EXPECT_FALSE(fs::exists(to + "/" + kDatabaseName));
            return error.what();
        }
        return {};
    }

    TemporaryFolder folder;
    std::string data = folder_named("data");
    std::unique_ptr<Store> store = open_spatialite(data);
};

TEST_F(Backup, MadeWhileOthersWriteItComesBackAsItWasAtOneMoment) {
    for (int i = 0; i < 300; ++i) must(*store, create(row(id_of(i), std::string(500, 'x'))));
    std::atomic<bool> done = false;
    std::atomic<int> written = 300;
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w) {
        writers.emplace_back([&, w] {
            for (int i = 0; !done; ++i) {
                must(*store, create(row(id_of(1'000'000 * (w + 1) + i), "under load")));
                ++written;
            }
        });
    }
    std::vector<RestoreReport> restored;
    for (int round = 0; round < 3; ++round) {
        const auto out = folder_named(("backup" + std::to_string(round)).c_str());
        const Seq before = store->last_seq();
        const auto manifest = nlohmann::json::parse(store->backup(out));
        const Seq seq = manifest["seq"];
        EXPECT_GE(seq, before) << "what was acknowledged before is in it";
        EXPECT_LE(seq, store->last_seq());
        const auto to = folder_named(("restored" + std::to_string(round)).c_str());
        const auto report = restore(out, to);
        EXPECT_EQ(report.audit.changes, seq);
        EXPECT_EQ(report.audit.audit_root, manifest["changes"]["root"]);
        const auto copy = open_spatialite(to);
        EXPECT_EQ(copy->last_seq(), seq);
        EXPECT_EQ(copy->count(kLayer), seq);
        EXPECT_NE(copy->identity(), store->identity());
        EXPECT_EQ(copy->accesses(0, 10).at(0).what, "restored");
        must(*copy, create(row(id_of(-1), "goes on")));
        copy->check();
    }
    done = true;
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(store->last_seq(), written);
    store->check();
}

TEST_F(Backup, ACheckpointMadeWhileItCopiesVouchesForNoneOfIt) {
    for (int i = 0; i < 300; ++i) must(*store, create(row(id_of(i), std::string(20'000, 'x')))); // more than one step
    int steps = 0;
    const auto out = folder_named("backup");
    const auto manifest = nlohmann::json::parse(store->backup(out, {.progress = [&](double) {
                                                                  if (++steps > 1) return;
                                                                  must(*store, create(row(id_of(1000), "later")));
                                                                  store->checkpoint();
                                                              }}));
    ASSERT_GT(steps, 1);
    EXPECT_EQ(manifest["seq"], 300);
    EXPECT_EQ(refusal(out, folder.path + "/to"), "");
    EXPECT_EQ(open_spatialite(folder.path + "/to")->last_seq(), 300);
}

TEST_F(Backup, ACopyOfACopyStillProvesItsChangesToItsOrigin) {
    must(*store, create(row(id_of(1), "first")));
    store->backup(folder_named("a"));
    restore(folder.path + "/a", folder_named("second"));
    {
        const auto second = open_spatialite(folder.path + "/second");
        must(*second, create(row(id_of(2), "second")));
        second->backup(folder_named("b"));
    }
    restore(folder.path + "/b", folder_named("third"));
    const auto third = open_spatialite(folder.path + "/third");
    const auto report = third->verify_audit();
    EXPECT_THAT(report.faults, IsEmpty());
    EXPECT_EQ(report.keys.size(), 3u); // no key travelled
    EXPECT_FALSE(audit::fault_of(third->prove(1)));
    EXPECT_EQ(audit::checkpoint_from(report.last_checkpoint)->origin, store->identity());
}

TEST_F(Backup, AnyByteChangedInAnyFileIsFound) {
    for (int i = 0; i < 50; ++i) must(*store, create(row(id_of(i), "x")));
    const auto out = folder_named("backup");
    store->backup(out);
    std::mt19937 random{5};
    const auto to = folder.path + "/to";
    for (const auto& name : backup_files()) {
        const auto file = out + "/" + name;
        std::ifstream in{file, std::ios::binary};
        const std::string whole{std::istreambuf_iterator<char>{in}, {}};
        ASSERT_FALSE(whole.empty()) << name;
        for (int flip = 0; flip < 5; ++flip) {
            std::string damaged = whole;
            // The last byte of a text is its line end, which the signature's file doesn't need.
            damaged[random() % (damaged.size() - 1)] ^= static_cast<char>(1u << (random() % 7));
            std::ofstream{file, std::ios::binary | std::ios::trunc} << damaged;
            EXPECT_THAT(refusal(out, to), HasSubstr("not restored")) << name;
        }
        std::ofstream{file, std::ios::binary | std::ios::trunc} << whole.substr(0, whole.size() / 2);
        EXPECT_NE(refusal(out, to), "") << name << " cut short";
        fs::remove(file);
        EXPECT_NE(refusal(out, to), "") << name << " missing";
        std::ofstream{file, std::ios::binary | std::ios::trunc} << whole;
    }
    EXPECT_EQ(refusal(out, to), "");
}

TEST_F(Backup, OnlyAnEmptyDirectoryIsRestoredInto) {
    must(*store, create(row(id_of(1), "x")));
    const auto out = folder_named("backup");
    const auto key = nlohmann::json::parse(store->backup(out));
    EXPECT_THROW(begin_restore(data), geo::Error); // in use
    store.reset();
    EXPECT_THROW(begin_restore(data), geo::Error); // a database is there
    EXPECT_EQ(open_spatialite(data)->last_seq(), 1);
    const auto other = folder_named("other");
    std::ofstream{other + "/notes.txt"} << "mine";
    EXPECT_THROW(begin_restore(other), geo::Error);
    EXPECT_TRUE(fs::exists(other + "/notes.txt"));
}

TEST_F(Backup, ARestoreThatWasKilledIsRunAgain) {
    must(*store, create(row(id_of(1), "x")));
    const auto out = folder_named("backup");
    store->backup(out);
    const auto to = folder.path + "/to";
    const auto stage = begin_restore(to);
    std::ofstream{stage + "/" + kDatabaseName} << "half";
    std::ofstream{to + "/" + audit::kCheckpointsName} << "moved already"; // killed before the database was
    EXPECT_EQ(refusal(out, to), "");
    EXPECT_EQ(open_spatialite(to)->count(kLayer), 1);
}

TEST_F(Backup, AKeyThatWasAgreedUponMustHaveSigned) {
    const auto out = folder_named("backup");
    store->backup(out);
    const auto key = geo::wrap::to_hex(audit::open_key(data)->public_key());
    EXPECT_THAT(refusal(out, folder.path + "/to", std::string(64, '0')), HasSubstr("another key"));
    EXPECT_EQ(refusal(out, folder.path + "/to", key), "");
}

TEST_F(Backup, TheKeyIsNotInIt) {
    const auto out = folder_named("backup");
    store->backup(out);
    std::ifstream in{data + "/" + audit::kKeyName};
    std::string seed;
    in >> seed;
    ASSERT_EQ(seed.size(), 64u);
    for (const auto& entry : fs::directory_iterator{out}) {
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
        EXPECT_EQ(bytes.find(seed), bytes.npos);
        EXPECT_EQ(bytes.find(*geo::wrap::from_hex(seed)), bytes.npos);
    }
}

TEST_F(Backup, AStoppedOneIsNoBackup) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(store->backup(folder_named("backup"), {.stop = stop.get_token()}), geo::Error);
    EXPECT_FALSE(fs::exists(folder.path + "/backup/" + kManifestName));
}

} // namespace
} // namespace store_test
