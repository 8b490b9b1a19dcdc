#include "geo/error.hpp"
#include "geo/wrap/sqlite.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace geo;
using namespace geo::wrap;

namespace {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sarhad-geo-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

Database fresh(const std::string& path) {
    Database database{path, {.mode = OpenMode::create}};
    database.exec("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
    return database;
}

template <typename Action>
ErrorCode code_of(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code;
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::internal;
}

} // namespace

TEST(Sqlite, AGatheredLogHoldsEachCommitWholeWhenItReturns) {
    const TemporaryFolder folder;
    const auto path = folder.file("a.db"), copy = folder.file("copy.db");
    fresh(path);
    Database writer{path, {.mode = OpenMode::read_write, .gather_log = true}};
    writer.wal_autocheckpoint(0);
    Database reader{path, {.mode = OpenMode::read_only}};
    Statement insert{writer, "INSERT INTO t(v) VALUES(randomblob(?1))"};
    int rows = 0;
    for (const int bytes : {10, 300'000, 10, 6'000'000, 10}) { // more than is gathered, and than the log grows by
        Transaction transaction{writer};
        for (int i = 0; i < 3; ++i, ++rows) {
            insert.bind(1, bytes);
            insert.run();
        }
        EXPECT_EQ(reader.query_integer("SELECT count(*) FROM t"), rows - 3) << "seen before the commit";
        transaction.commit();
        EXPECT_EQ(reader.query_integer("SELECT count(*) FROM t"), rows);
        // What lies on the disk now, as a power loss would leave it.
        for (const char* part : {"", "-wal"})
            std::filesystem::copy_file(path + part, copy + part, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::remove(copy + "-shm");
        Database recovered{copy, {.mode = OpenMode::read_write}};
        EXPECT_EQ(recovered.query_integer("SELECT count(*) FROM t"), rows);
        EXPECT_TRUE(recovered.integrity_faults().empty());
    }
    EXPECT_EQ(std::filesystem::file_size(path + "-wal") % (1 << 20), 0u) << "the log grows by whole steps";
}

TEST(Sqlite, AGatheredLogOfATransactionThatIsUndoneIsForgotten) {
    const TemporaryFolder folder;
    const auto path = folder.file("a.db");
    fresh(path);
    Database writer{path, {.mode = OpenMode::read_write, .gather_log = true}};
    writer.exec("INSERT INTO t(v) VALUES(1)");
    {
        Transaction transaction{writer};
        writer.exec("INSERT INTO t(v) VALUES(randomblob(9000000))");
        EXPECT_EQ(writer.query_integer("SELECT count(*) FROM t"), 2); // reads what is gathered
    }                                                                 // rolled back
    writer.exec("INSERT INTO t(v) VALUES(3)");
    EXPECT_EQ(writer.query_text("SELECT group_concat(v) FROM t"), "1,3");
    EXPECT_TRUE(writer.integrity_faults().empty());
}

TEST(Sqlite, ReadsBackEveryTypeItWrote) {
    Database database{":memory:"};
    database.exec("CREATE TABLE t(a, b, c, d, e)");
    Statement insert{database, "INSERT INTO t VALUES(?,?,?,?,?)"};
    const std::string blob{"\0\1\2", 3};
    insert.bind(1, INT64_MIN);
    insert.bind(2, 0.1);
    insert.bind_text(3, "سرحد");
    insert.bind_blob_view(4, blob);
    insert.bind(5, nullptr);
    insert.run();

    Statement select{database, "SELECT a, b, c, d, e FROM t"};
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), INT64_MIN);
    EXPECT_EQ(select.real(1), 0.1);
    EXPECT_EQ(select.text(2), "سرحد");
    EXPECT_EQ(select.blob(3), blob);
    EXPECT_TRUE(select.is_null(4));
    EXPECT_EQ(select.type(0), ColumnType::integer);
    EXPECT_EQ(select.type(1), ColumnType::real);
    EXPECT_EQ(select.type(2), ColumnType::text);
    EXPECT_EQ(select.type(3), ColumnType::blob);
    EXPECT_EQ(select.column_name(2), "c");
    EXPECT_FALSE(select.step());
}

TEST(Sqlite, EmptyTextAndBlobAreNotNull) {
    Database database{":memory:"};
    Statement select{database, "SELECT ?1, ?2"};
    select.bind_text_view(1, {});
    select.bind_blob(2, {});
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(0), ColumnType::text);
    EXPECT_EQ(select.type(1), ColumnType::blob);
}

TEST(Sqlite, AStatementIsExactlyOne) {
    Database database{":memory:"};
    EXPECT_EQ(code_of([&] { Statement(database, "SELECT 1; SELECT 2"); }), ErrorCode::internal);
    EXPECT_EQ(code_of([&] { Statement(database, "  "); }), ErrorCode::internal);
    EXPECT_NO_THROW(Statement(database, "SELECT 1; "));
}

TEST(Sqlite, ErrorsNameNeitherSqlNorPath) {
    TemporaryFolder folder;
    try {
        Database{folder.file("not-there.db")};
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code, ErrorCode::storage_failed);
        EXPECT_EQ(std::string{error.what()}.find('/'), std::string::npos);
    }
    Database database{":memory:"};
    try {
        database.exec("SELECT secret FROM nowhere");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(std::string{error.what()}.find("secret"), std::string::npos);
        EXPECT_NE(database.last_error().find("nowhere"), std::string::npos);
    }
}

TEST(Sqlite, DoubleQuotesNeverMakeAString) {
    Database database{":memory:"};
    database.exec("CREATE TABLE t(a)");
    EXPECT_THROW(database.exec("SELECT \"no_such_column\" FROM t"), Error);
}

TEST(Sqlite, AnUncommittedTransactionLeavesNothing) {
    Database database{":memory:"};
    database.exec("CREATE TABLE t(v)");
    {
        Transaction transaction{database};
        database.exec("INSERT INTO t VALUES(1)");
    }
    EXPECT_EQ(database.query_integer("SELECT count(*) FROM t"), 0);
    {
        Transaction transaction{database};
        database.exec("INSERT INTO t VALUES(1)");
        transaction.commit();
    }
    EXPECT_EQ(database.query_integer("SELECT count(*) FROM t"), 1);
}

TEST(Sqlite, ASavepointFailsAlone) {
    Database database{":memory:"};
    database.exec("CREATE TABLE t(v UNIQUE)");
    Transaction transaction{database};
    {
        Savepoint kept{database};
        database.exec("INSERT INTO t VALUES(1)");
        {
            Savepoint nested{database};
            database.exec("INSERT INTO t VALUES(2)");
        }
        kept.release();
    }
    EXPECT_EQ(code_of([&] {
                  Savepoint lost{database};
                  database.exec("INSERT INTO t VALUES(3)");
                  database.exec("INSERT INTO t VALUES(1)");
              }),
              ErrorCode::conflict);
    transaction.commit();
    EXPECT_EQ(database.query_integer("SELECT sum(v) FROM t"), 1);
}

TEST(Sqlite, ASecondWriterIsBusyAtOnce) {
    TemporaryFolder folder;
    Database first = fresh(folder.file("a.db"));
    Database second{folder.file("a.db")};
    Transaction transaction{first};
    EXPECT_EQ(code_of([&] { Transaction{second}; }), ErrorCode::busy);
}

TEST(Sqlite, AReadOnlyConnectionCannotWrite) {
    TemporaryFolder folder;
    { Database made = fresh(folder.file("a.db")); }
    Database reader{folder.file("a.db"), {.mode = OpenMode::read_only}};
    EXPECT_EQ(code_of([&] { reader.exec("INSERT INTO t(v) VALUES(1)"); }), ErrorCode::storage_failed);
}

TEST(Sqlite, AFullStorageSaysSo) {
    TemporaryFolder folder;
    Database database = fresh(folder.file("a.db"));
    database.exec("PRAGMA max_page_count=10");
    Statement insert{database, "INSERT INTO t(v) VALUES(zeroblob(100000))"};
    EXPECT_EQ(code_of([&] { insert.run(); }), ErrorCode::storage_full);
    EXPECT_EQ(database.query_integer("SELECT count(*) FROM t"), 0);
}

TEST(Sqlite, AForeignFileIsDamagedStorage) {
    TemporaryFolder folder;
    std::ofstream{folder.file("a.db")} << std::string(5000, 'x');
    Database database{folder.file("a.db")};
    EXPECT_EQ(code_of([&] { database.query_integer("SELECT count(*) FROM sqlite_schema"); }),
              ErrorCode::storage_failed);
    EXPECT_FALSE(database.integrity_faults().empty());
}

TEST(Sqlite, IntegrityCheckFindsADamagedPage) {
    TemporaryFolder folder;
    const std::string path = folder.file("a.db");
    {
        Database database{path, {.mode = OpenMode::create}};
        database.exec("CREATE TABLE t(v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 5000) "
                      "INSERT INTO t SELECT 'some text ' || i FROM n");
        EXPECT_TRUE(database.integrity_faults().empty());
        EXPECT_TRUE(database.integrity_faults(true).empty());
    }
    {
        std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(3 * 4096);
        file << std::string(64, '\xee');
    }
    Database database{path};
    EXPECT_FALSE(database.integrity_faults(true).empty());
}

TEST(Sqlite, ADeadlineEndsAnEndlessQueryAndTheNextOneRuns) {
    Database database{":memory:"};
    database.deadline(std::chrono::steady_clock::now());
    const char* endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n";
    EXPECT_EQ(code_of([&] { database.query_integer(endless); }), ErrorCode::deadline);
    EXPECT_EQ(code_of([&] { database.exec(endless); }), ErrorCode::deadline);
    database.no_deadline();
    EXPECT_EQ(database.query_integer("SELECT 7"), 7);
}

TEST(Sqlite, AnInterruptIsACancelNotADeadline) {
    Database database{":memory:"};
    database.on_progress([&] {
        database.interrupt();
        return false;
    });
    const char* endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n";
    EXPECT_EQ(code_of([&] { database.query_integer(endless); }), ErrorCode::cancelled);
}

TEST(Sqlite, LimitsHold) {
    Database database{":memory:"};
    database.limit(Limit::sql_length, 100);
    EXPECT_EQ(database.limit(Limit::sql_length, -1), 100);
    EXPECT_EQ(code_of([&] { database.exec("SELECT '" + std::string(200, 'x') + "'"); }), ErrorCode::too_large);
}

TEST(Sqlite, BackupIsOneSnapshotWhileAnotherConnectionWrites) {
    TemporaryFolder folder;
    Database writer = fresh(folder.file("a.db"));
    writer.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 20000) "
                "INSERT INTO t(v) SELECT 'row ' || i FROM n");
    Database reader{folder.file("a.db"), {.mode = OpenMode::read_only}};
    Database copy{folder.file("b.db"), {.mode = OpenMode::create}};
    int steps = 0;
    reader.backup_to(
        copy,
        [&](int, int) {
            ++steps;
            writer.exec("INSERT INTO t(v) VALUES('later')");
            return true;
        },
        10);
    EXPECT_GT(steps, 3);
    EXPECT_EQ(copy.query_integer("SELECT count(*) FROM t"), 20000);
    EXPECT_EQ(writer.query_integer("SELECT count(*) FROM t"), 20000 + steps);
    EXPECT_TRUE(copy.integrity_faults().empty());
    EXPECT_EQ(code_of([&] {
                  reader.backup_to(
                      copy, [](int, int) { return false; }, 1);
              }),
              ErrorCode::cancelled);
}

TEST(Sqlite, CheckpointMovesTheLog) {
    TemporaryFolder folder;
    Database database = fresh(folder.file("a.db"));
    database.wal_autocheckpoint(0);
    database.exec("INSERT INTO t(v) VALUES(1)");
    const Checkpoint done = database.checkpoint(CheckpointMode::truncate);
    EXPECT_EQ(done.wal_frames, 0);
    EXPECT_EQ(std::filesystem::file_size(folder.file("a.db-wal")), 0u);
}

TEST(Sqlite, SpatialFunctionsWorkWhereAskedFor) {
    TemporaryFolder folder;
    Database database{folder.file("s.db"), {.mode = OpenMode::create, .spatialite = true}};
    database.exec("SELECT InitSpatialMetaDataFull(1)");
    EXPECT_EQ(database.query_integer("SELECT CheckSpatialMetaData()"), 3);
    database.exec("CREATE TABLE g(id INTEGER PRIMARY KEY); SELECT AddGeometryColumn('g','geom',4326,'POINT','XY');"
                  "SELECT CreateSpatialIndex('g','geom'); INSERT INTO g(geom) VALUES(MakePoint(70,30,4326))");
    EXPECT_EQ(database.query_integer("SELECT count(*) FROM idx_g_geom"), 1);
    Database second{folder.file("s.db"), {.spatialite = true}};
    database = std::move(second);
    EXPECT_EQ(database.query_text("SELECT AsText(geom) FROM g"), "POINT(70 30)");
}

TEST(Sqlite, RefusesToOpenWhenSqlMayTouchFiles) {
    setenv("SPATIALITE_SECURITY", "relaxed", 1);
    EXPECT_THROW(Database{":memory:"}, Error);
    unsetenv("SPATIALITE_SECURITY");
}
