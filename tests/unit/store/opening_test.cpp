// Opening: births, migrations, refusals, and other programs looking in.
#include "geo/wrap/sqlite.hpp"
#include "layers/store/spatialite/data_lock.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "support.hpp"

#include <array>
#include <cstdio>
#include <fstream>

namespace store_test {
namespace {

geo::ErrorCode opening_error(const std::string& path) {
    try {
        open_spatialite(path);
    } catch (const geo::Error& error) {
        EXPECT_EQ(std::string{error.what()}.find(path), std::string::npos);
        return error.code;
    }
    ADD_FAILURE() << "was opened";
    return geo::ErrorCode::internal;
}

std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> part;
    while (const auto count = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), count);
    ::pclose(pipe);
    return text;
}

TEST(Opening, MigratingTwiceIsMigratingOnce) {
    TemporaryFolder folder;
    migrate(folder.database());
    const auto schema_of = [&] {
        geo::wrap::Database db{folder.database()};
        return db.query_text("SELECT group_concat(name||coalesce(sql,''),';') FROM sqlite_schema") +
               db.query_text("SELECT group_concat(key||value) FROM meta");
    };
    const std::string once = schema_of();
    migrate(folder.database());
    EXPECT_EQ(schema_of(), once);
    std::string identity;
    {
        const auto store = open_spatialite(folder.path);
        identity = store->identity();
        must(*store, create(row(id_of(1), "stays")));
    }
    EXPECT_EQ(identity.size(), 36u);
    const auto store = open_spatialite(folder.path);
    EXPECT_EQ(store->identity(), identity);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "stays");
    EXPECT_EQ(store->last_seq(), 1);
}

TEST(Opening, ANewerSchemaIsRefusedAndLeftAlone) {
    TemporaryFolder folder;
    open_spatialite(folder.path).reset();
    {
        geo::wrap::Database db{folder.database()};
        db.exec("PRAGMA user_version=" + std::to_string(schema_version() + 1));
    }
    EXPECT_EQ(opening_error(folder.path), geo::ErrorCode::conflict);
    geo::wrap::Database db{folder.database()};
    EXPECT_EQ(db.query_integer("PRAGMA user_version"), schema_version() + 1);
}

TEST(Opening, AnotherProgramsDatabaseIsRefused) {
    TemporaryFolder folder;
    {
        geo::wrap::Database db{folder.database(), {.mode = geo::wrap::OpenMode::create}};
        db.exec("CREATE TABLE theirs(x)");
    }
    EXPECT_EQ(opening_error(folder.path), geo::ErrorCode::conflict);
}

TEST(Opening, AFileThatIsNoDatabaseIsRefused) {
    TemporaryFolder folder;
    std::ofstream{folder.database()} << std::string(5000, 'x');
    EXPECT_EQ(opening_error(folder.path), geo::ErrorCode::storage_failed);
}

TEST(Opening, ASecondOpenerIsRefusedAndToldWhoHasIt) {
    TemporaryFolder folder;
    EXPECT_FALSE(lock_holder(folder.path));
    auto store = open_spatialite(folder.path);
    EXPECT_EQ(opening_error(folder.path), geo::ErrorCode::busy);
    announce(folder.path, "http://127.0.0.1:8080");
    const auto holder = lock_holder(folder.path);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->process, static_cast<long>(::getpid()));
    EXPECT_EQ(holder->address, "http://127.0.0.1:8080");
    store.reset();
    EXPECT_FALSE(lock_holder(folder.path));
    store = open_spatialite(folder.path);
    EXPECT_EQ(lock_holder(folder.path)->address, ""); // the last one's address is gone
}

TEST(Opening, AFieldThatALayerGainedBecomesAColumn) {
    TemporaryFolder folder;
    open_spatialite(folder.path).reset();
    {
        geo::wrap::Database db{folder.database()};
        db.exec("DROP VIEW current_hazards");
        db.exec("ALTER TABLE versions_hazards DROP COLUMN remarks");
        db.exec("CREATE VIEW current_hazards AS SELECT 1");
    }
    const auto store = open_spatialite(folder.path);
    must(*store, create(row(id_of(1), "in the new column")));
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "in the new column");
}

TEST(Opening, OtherProgramsListTheLayersWithTheirShapes) {
    if (std::system("ogrinfo --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "ogrinfo is not installed";
    TemporaryFolder folder;
    {
        const auto store = open_spatialite(folder.path);
        must(*store, create(row(id_of(1), "first", 66.5, 30.25)));
        must(*store, replace(row(id_of(1), "second", 66.75, 30.25)));
    }
    const std::string file = folder.database();
    const std::string list = output_of("ogrinfo -ro " + file + " 2>&1");
    EXPECT_NE(list.find("SQLite"), std::string::npos) << list;
    const std::string current = output_of("ogrinfo -ro " + file + " current_hazards 2>&1");
    EXPECT_NE(current.find("Feature Count: 1"), std::string::npos) << current;
    EXPECT_NE(current.find("POINT (66.75 30.25)"), std::string::npos) << current;
    EXPECT_NE(current.find("Geometry Column = geom"), std::string::npos) << current;
    EXPECT_NE(current.find("WGS 84"), std::string::npos) << current;
    EXPECT_NE(current.find(geo::to_string(id_of(1))), std::string::npos) << current;
    const std::string versions = output_of("ogrinfo -ro " + file + " versions_hazards 2>&1");
    EXPECT_NE(versions.find("Feature Count: 2"), std::string::npos) << versions;
    EXPECT_NE(versions.find("POINT (66.5 30.25)"), std::string::npos) << versions;
}

} // namespace
} // namespace store_test
