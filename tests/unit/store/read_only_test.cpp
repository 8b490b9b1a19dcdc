// A directory that can't be written: everything is read, nothing is written, and who asks is told why.
#include "geo/wrap/sqlite.hpp"
#include "support.hpp"

#include <stop_token>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace store_test {
namespace {

namespace fs = std::filesystem;

void write_protect(const std::string& folder) {
    for (const auto& entry : fs::recursive_directory_iterator{folder}) ::chmod(entry.path().c_str(), 0444);
    ::chmod(folder.c_str(), 0555);
}

// Runs `work` as somebody whom write protection stops: root gives up its rights for it. True when it returned true.
template <typename Work>
bool without_rights(Work work) {
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t kNobody = 65534;
        if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(2);
        try {
            ::_exit(work() ? 0 : 1);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        ::_exit(3);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool reads_and_refuses_to_write(const std::string& folder) {
    const auto store = open_spatialite(folder, {.read_only_too = true});
    if (!store->trouble() || store->audit_trouble()) return false;
    if (store->last_seq() != 3 || store->count(kLayer) != 3 || !store->get(kLayer, id_of(2))) return false;
    if (scan_all(*store, 2).size() != 2 || store->changes(0, 10).size() != 3) return false;
    const auto item = put(*store, create(row(id_of(9), "no")));
    if (!item.error || item.error->code != geo::ErrorCode::storage_failed) return false;
    try {
        store->log_access({});
        return false;
    } catch (const geo::Error&) {}
    std::stop_source stop;
    std::jthread stopper{[&] { stop.request_stop(); }};
    if (!store->wait_beyond(2, {}) || store->wait_beyond(3, stop.get_token())) return false;
    return store->verify_audit().faults.empty() && store->check().changes == 3;
}

class ReadOnly : public ::testing::Test {
protected:
    ~ReadOnly() override {
        ::chmod(folder.path.c_str(), 0755); // so that it can be removed
    }
    TemporaryFolder folder;
};

TEST_F(ReadOnly, ADatabaseThatWasClosedIsReadAndNotWritten) {
    {
        const auto store = open_spatialite(folder.path);
        for (int i = 0; i < 3; ++i) must(*store, create(row(id_of(i), "x")));
    }
    write_protect(folder.path);
    EXPECT_TRUE(without_rights([&] { return reads_and_refuses_to_write(folder.path); }));
    EXPECT_FALSE(without_rights([&] { return open_spatialite(folder.path)->last_seq() == 3; }))
        << "only who asks for it reads such a directory";
}

TEST_F(ReadOnly, WhatAKilledProcessLeftInTheLogIsReadToo) {
    const pid_t child = ::fork();
    if (child == 0) {
        const auto store = open_spatialite(folder.path);
        for (int i = 0; i < 3; ++i) must(*store, create(row(id_of(i), "x")));
        ::_exit(0); // nothing is closed
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_GT(fs::file_size(folder.database() + "-wal"), 0u);
    write_protect(folder.path);
    EXPECT_TRUE(without_rights([&] { return reads_and_refuses_to_write(folder.path); }));
}

TEST_F(ReadOnly, AnOlderSchemaIsNotGuessedAt) {
    open_spatialite(folder.path).reset();
    geo::wrap::Database{folder.database()}.exec("PRAGMA user_version=1");
    write_protect(folder.path);
    EXPECT_TRUE(without_rights([&] {
        try {
            open_spatialite(folder.path, {.read_only_too = true});
            return false;
        } catch (const geo::Error& error) {
            return error.code == geo::ErrorCode::storage_failed;
        }
    }));
}

} // namespace
} // namespace store_test
