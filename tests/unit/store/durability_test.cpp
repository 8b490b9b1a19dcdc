// kill -9 at random: acknowledged writes lost 0, half writes 0, audit leaves = acknowledged changes.
#include "geo/wrap/sqlite.hpp"
#include "support.hpp"

#include <map>
#include <mutex>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace store_test {
namespace {

constexpr int kWriters = 8;
constexpr int kKills = 20;

struct Acknowledged {
    geo::Uuid id;
    Seq seq = 0;
    std::int64_t version = 0;
    std::int64_t text = 0; // what the remarks said
};
static_assert(sizeof(Acknowledged) <= 512, "so that a write to the pipe is whole or not at all");

// The child: writers that report each acknowledged write, until somebody kills them.
[[noreturn]] void write_until_killed(const std::string& path, int report, unsigned seed) {
    const auto store = open_spatialite(path);
    std::vector<std::thread> writers;
    for (unsigned w = 0; w < kWriters; ++w) {
        writers.emplace_back([&, w] {
            std::mt19937 random{seed * kWriters + w};
            for (;;) {
                // Each writer has items of its own, so what it was told last is what must be there.
                const int number = static_cast<int>(w * 1000 + random() % 5);
                const auto text = static_cast<std::int64_t>(random());
                Write write = create(row(id_of(number), std::to_string(text), 60 + random() % 10));
                write.replace_if_exists = true;
                const auto item = put(*store, std::move(write));
                if (!item.result) ::_exit(1);
                const Acknowledged told{id_of(number), item.result->seq, item.result->version, text};
                if (::write(report, &told, sizeof told) != static_cast<ssize_t>(sizeof told)) ::_exit(1);
            }
        });
    }
    for (auto& writer : writers) writer.join();
    ::_exit(1);
}

TEST(Durability, NoAcknowledgedWriteIsLostWhenTheWriterIsKilled) {
    TemporaryFolder folder;
    open_spatialite(folder.path).reset();
    std::mt19937 random{7};
    std::vector<Acknowledged> acknowledged;
    for (unsigned kill_number = 0; kill_number < kKills; ++kill_number) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            write_until_killed(folder.path, ends[1], kill_number);
        }
        ::close(ends[1]);
        // After a random number of acknowledgements, and whatever the writer is doing then.
        Acknowledged told;
        for (unsigned left = 1 + random() % 120; left > 0; --left) {
            ASSERT_EQ(::read(ends[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
            acknowledged.push_back(told);
        }
        ::kill(child, SIGKILL);
        while (::read(ends[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) acknowledged.push_back(told);
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";

        const auto store = open_spatialite(folder.path);
        const auto report = store->check(); // each row has its log line and its leaf, and the other way round
        ASSERT_EQ(report.changes, store->last_seq());
        ASSERT_GE(report.changes, static_cast<Seq>(acknowledged.size()));
        for (const Acknowledged& one : acknowledged) {
            const auto record = store->get_at(kLayer, one.id, one.seq);
            ASSERT_TRUE(record) << "an acknowledged write is lost";
            ASSERT_EQ(record->version, one.version);
            ASSERT_EQ(remarks(*record), std::to_string(one.text));
        }
    }
}

// Runs `work` in a child that the kernel kills at the write that would take any file beyond `bytes`: a kill at a chosen
// point of whatever it is writing. True when it was killed.
template <typename Work>
bool killed_beyond(std::uint64_t bytes, Work work) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit no_core{0, 0}, limit{bytes, RLIM_INFINITY};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::signal(SIGXFSZ, SIG_DFL);
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ;
}

TEST(Durability, AMigrationKilledAtAnyPointConvergesWhenRunAgain) {
    int kills = 0;
    for (std::uint64_t bytes = 0;; bytes += 25'000) {
        TemporaryFolder folder;
        const bool killed = killed_beyond(bytes, [&] { open_spatialite(folder.path); });
        kills += killed;
        const auto store = open_spatialite(folder.path);
        must(*store, create(row(id_of(1), "works")));
        ASSERT_EQ(store->check().changes, 1);
        if (!killed) break; // the limit was wide enough for all of it
    }
    EXPECT_GT(kills, 10);
}

// The database as the first version of the schema had it.
void set_back_to_version_1(const TemporaryFolder& folder) {
    geo::wrap::Database{folder.database()}.exec(
        "DROP TABLE access_log; DROP TABLE checkpoint; DROP TABLE audit_tree;"
        "ALTER TABLE account DROP COLUMN created_at; ALTER TABLE account DROP COLUMN expires_at;"
        "ALTER TABLE account DROP COLUMN created_by; DELETE FROM meta WHERE key='probe'; PRAGMA user_version=1");
    std::filesystem::remove(folder.path + "/sarhad.checkpoints");
    std::filesystem::remove(folder.path + "/sarhad.key");
}

TEST(Durability, AnOlderSchemaIsBroughtUpToDateWhereverThatWasKilled) {
    int kills = 0;
    // Fine steps while its log grows, coarse ones for its way into the file.
    for (std::uint64_t bytes = 0;; bytes += bytes < 60'000 ? 6'000 : 150'000) {
        TemporaryFolder folder;
        {
            const auto store = open_spatialite(folder.path);
            must(*store, create(row(id_of(1), "old")));
            store->put_account({"hash", "account", "fia", {"viewer"}, false}, {});
        }
        set_back_to_version_1(folder);
        const bool killed = killed_beyond(bytes, [&] { open_spatialite(folder.path); });
        kills += killed;
        const auto store = open_spatialite(folder.path);
        ASSERT_EQ(remarks(*store->get(kLayer, id_of(1))), "old");
        ASSERT_EQ(store->find_account("hash")->agency, "fia");
        must(*store, create(row(id_of(2), "new")));
        ASSERT_EQ(store->check().changes, 2);
        ASSERT_FALSE(store->audit_trouble());
        if (!killed) break; // the limit was wide enough for all of it
    }
    EXPECT_GT(kills, 5);
}

TEST(Durability, AWriteKilledAtAnyPointIsWholeOrNotThere) {
    TemporaryFolder folder;
    open_spatialite(folder.path).reset();
    Seq before = 0;
    int kills = 0;
    for (std::uint64_t bytes = 1; bytes < 120'000; bytes += 1500) {
        kills += killed_beyond(bytes, [&] {
            const auto store = open_spatialite(folder.path);
            std::vector<Write> batch;
            for (int i = 0; i < 10; ++i) batch.push_back(create(row(geo::make_uuid7(), std::string(2000, 'x'))));
            store->write_import(std::move(batch), {"file", store->last_seq() + 10, "{}", false}).get();
        });
        const auto store = open_spatialite(folder.path);
        const Seq after = store->check().changes;
        ASSERT_TRUE(after == before || after == before + 10) << "half a batch";
        const auto state = store->import_state("file");
        ASSERT_EQ(state ? state->rows_done : 0, after) << "the import's state and its rows are not one";
        before = after;
    }
    EXPECT_GT(kills, 20);
}

} // namespace
} // namespace store_test
