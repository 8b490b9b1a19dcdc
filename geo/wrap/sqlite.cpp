#include "geo/wrap/sqlite.hpp"

#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"
#include "geo/wrap/log_vfs.hpp"

#include <sqlite3.h>

#include <spatialite.h> // needs the types of sqlite3.h

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace geo::wrap {
namespace {

bool out_of_space(int system_errno) {
    return system_errno == ENOSPC || system_errno == EDQUOT;
}

Error error_for(int code, int system_errno, bool stopped_by_progress) {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return {ErrorCode::storage_full, "the storage is full"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {ErrorCode::busy, "the storage is busy"};
    case SQLITE_IOERR:
        // Only failed writes come as SQLITE_FULL; a sync, truncate or map that finds no space is an IOERR.
        if (out_of_space(system_errno)) return {ErrorCode::storage_full, "the storage is full"};
        return {ErrorCode::storage_failed, "the storage failed"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return {ErrorCode::storage_failed, "the storage failed"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {ErrorCode::storage_failed, "the storage is damaged"};
    case SQLITE_CONSTRAINT:
        return {ErrorCode::conflict, "contradicts what is stored"};
    case SQLITE_TOOBIG:
        return {ErrorCode::too_large, "too large for the storage"};
    case SQLITE_INTERRUPT:
        if (stopped_by_progress) return {ErrorCode::deadline, "took longer than allowed"};
        return {ErrorCode::cancelled, "cancelled"};
    default:
        return {ErrorCode::internal, "the storage refused a statement"};
    }
}

// Set by the progress handler on the thread that runs the statement, to tell a deadline from an interrupt().
thread_local bool stopped_by_progress = false;

[[noreturn]] void raise(sqlite3* handle, int code) {
    const bool stopped = std::exchange(stopped_by_progress, false);
    throw error_for(code, handle ? sqlite3_system_errno(handle) : 0, stopped);
}

void check(sqlite3* handle, int code) {
    if (code != SQLITE_OK) raise(handle, code);
}

int open_flags(OpenMode mode) {
    constexpr int kAlways = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
    case OpenMode::read_only:
        return kAlways | SQLITE_OPEN_READONLY;
    case OpenMode::read_write:
        return kAlways | SQLITE_OPEN_READWRITE;
    case OpenMode::create:
        return kAlways | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case OpenMode::immutable:
        return kAlways | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
    return kAlways;
}

// SQLite's own form of address (sqlite.org/uri.html); every byte that could mean something in it is escaped.
std::string immutable_address(const std::string& path) {
    std::string address = "file:";
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                           c == '.' || c == '-' || c == '_';
        if (plain)
            address += c;
        else
            address += "%" + to_hex({&c, 1});
    }
    return address + "?immutable=1";
}

// SQLite counts its memory under one lock for the whole process, which nobody reads here. Too late when something else
// has started it: then it counts.
void count_no_memory() {
    static const int ignored = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(ignored);
}

// SpatiaLite keeps a process-wide pool of connection slots.
std::mutex& spatialite_mutex() {
    static std::mutex mutex;
    return mutex;
}

int call_progress(void* stop) {
    stopped_by_progress = (*static_cast<std::function<bool()>*>(stop))();
    return stopped_by_progress ? 1 : 0;
}

} // namespace

void Database::Close::operator()(sqlite3* handle) const noexcept {
    sqlite3_close_v2(handle);
}

void Database::FreeSpatial::operator()(void* cache) const noexcept {
    const std::lock_guard lock{spatialite_mutex()};
    spatialite_cleanup_ex(cache);
}

Database::Database(const std::string& path, OpenOptions options) {
    const char* security = std::getenv("SPATIALITE_SECURITY");
    if (security && std::string_view{security} == "relaxed") {
        throw Error{ErrorCode::internal, "refused: SPATIALITE_SECURITY=relaxed lets SQL touch files; unset it"};
    }
    count_no_memory();
    sqlite3* handle = nullptr;
    const std::string name = options.mode == OpenMode::immutable ? immutable_address(path) : path;
    const int code =
        sqlite3_open_v2(name.c_str(), &handle, open_flags(options.mode), options.gather_log ? log_vfs() : nullptr);
    handle_.reset(handle); // there is one even when opening failed
    check(handle, code);
    // Text in double quotes is a name, never a string; and no statement may write to SQLite's own tables.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // SpatiaLite's own triggers call its functions, which an untrusted schema may not.
    if (!options.spatialite) sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    busy_timeout(options.busy_timeout_ms);
    if (options.gather_log) exec("PRAGMA synchronous=FULL");
    if (options.spatialite) {
        const std::lock_guard lock{spatialite_mutex()};
        void* cache = spatialite_alloc_connection();
        if (!cache) throw Error{ErrorCode::busy, "too many spatial connections"};
        spatial_.reset(cache);
        spatialite_init_ex(handle, cache, 0);
    }
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;

Database& Database::operator=(Database&& other) noexcept {
    // Close the old connection before the cache it uses.
    steps_ = std::move(other.steps_);
    handle_ = std::move(other.handle_);
    progress_ = std::move(other.progress_);
    spatial_ = std::move(other.spatial_);
    return *this;
}

void Database::exec(const char* sql) {
    check(handle(), sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr));
}

std::int64_t Database::query_integer(const std::string& sql) {
    Statement statement{*this, sql};
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::query_text(const std::string& sql) {
    Statement statement{*this, sql};
    return statement.step() ? std::string{statement.text(0)} : std::string{};
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle());
}
std::int64_t Database::last_insert_rowid() const {
    return sqlite3_last_insert_rowid(handle());
}
bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle()) == 0;
}
std::string Database::last_error() const {
    return sqlite3_errmsg(handle());
}

void Database::busy_timeout(int milliseconds) {
    check(handle(), sqlite3_busy_timeout(handle(), milliseconds));
}

int Database::limit(Limit what, int value) {
    switch (what) {
    case Limit::length:
        return sqlite3_limit(handle(), SQLITE_LIMIT_LENGTH, value);
    case Limit::sql_length:
        return sqlite3_limit(handle(), SQLITE_LIMIT_SQL_LENGTH, value);
    case Limit::expression_depth:
        return sqlite3_limit(handle(), SQLITE_LIMIT_EXPR_DEPTH, value);
    case Limit::compound_select:
        return sqlite3_limit(handle(), SQLITE_LIMIT_COMPOUND_SELECT, value);
    case Limit::variable_number:
        return sqlite3_limit(handle(), SQLITE_LIMIT_VARIABLE_NUMBER, value);
    case Limit::vdbe_op:
        return sqlite3_limit(handle(), SQLITE_LIMIT_VDBE_OP, value);
    case Limit::attached:
        return sqlite3_limit(handle(), SQLITE_LIMIT_ATTACHED, value);
    }
    return -1;
}

void Database::on_progress(std::function<bool()> stop, int instructions) {
    sqlite3_progress_handler(handle(), 0, nullptr, nullptr);
    progress_.reset();
    if (!stop) return;
    progress_ = std::make_unique<std::function<bool()>>(std::move(stop));
    sqlite3_progress_handler(handle(), instructions, call_progress, progress_.get());
}

void Database::deadline(std::chrono::steady_clock::time_point when) {
    on_progress([when] { return std::chrono::steady_clock::now() >= when; });
}

void Database::interrupt() noexcept {
    sqlite3_interrupt(handle());
}

void Database::wal_autocheckpoint(int pages) {
    check(handle(), sqlite3_wal_autocheckpoint(handle(), pages));
}

Checkpoint Database::checkpoint(CheckpointMode mode) {
    constexpr int kModes[] = {SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL, SQLITE_CHECKPOINT_RESTART,
                              SQLITE_CHECKPOINT_TRUNCATE};
    Checkpoint result;
    check(handle(), sqlite3_wal_checkpoint_v2(handle(), nullptr, kModes[static_cast<int>(mode)], &result.wal_frames,
                                              &result.moved_frames));
    return result;
}

void Database::backup_to(Database& target, const std::function<bool(int, int)>& progress, int pages_per_step) {
    // An open read transaction pins the snapshot; without it every foreign commit would start the copy anew.
    Transaction snapshot{*this, TransactionMode::deferred};
    query_integer("SELECT count(*) FROM sqlite_schema");

    struct Finish {
        void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
    };
    std::unique_ptr<sqlite3_backup, Finish> backup{sqlite3_backup_init(target.handle(), "main", handle(), "main")};
    if (!backup) raise(target.handle(), sqlite3_extended_errcode(target.handle()));
    for (;;) {
        const int code = sqlite3_backup_step(backup.get(), pages_per_step);
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_OK) raise(target.handle(), code);
        if (progress && !progress(sqlite3_backup_remaining(backup.get()), sqlite3_backup_pagecount(backup.get()))) {
            throw Error{ErrorCode::cancelled, "backup cancelled"};
        }
    }
    check(target.handle(), sqlite3_backup_finish(backup.release()));
}

// ---- statements --------------------------------------------------------------------------------------------------

void Statement::Finalize::operator()(sqlite3_stmt* handle) const noexcept {
    sqlite3_finalize(handle);
}

Statement::Statement(Database& database, std::string_view sql) {
    sqlite3_stmt* handle = nullptr;
    const char* tail = nullptr;
    check(database.handle(), sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                                SQLITE_PREPARE_PERSISTENT, &handle, &tail));
    handle_.reset(handle);
    const std::string_view rest{tail, static_cast<std::size_t>(sql.data() + sql.size() - tail)};
    if (!handle || rest.find_first_not_of(" \n\t\r;") != std::string_view::npos) {
        throw Error{ErrorCode::internal, "not exactly one statement"};
    }
}

Statement::~Statement() = default;
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;

namespace {

void check(sqlite3_stmt* statement, int code) {
    geo::wrap::check(sqlite3_db_handle(statement), code);
}

// SQLite binds NULL for a null pointer, and an empty view may have one.
const char* data_of(std::string_view value) {
    return value.data() ? value.data() : "";
}

} // namespace

void Statement::bind_integer(int parameter, std::int64_t value) {
    check(handle_.get(), sqlite3_bind_int64(handle_.get(), parameter, value));
}

void Statement::bind(int parameter, double value) {
    check(handle_.get(), sqlite3_bind_double(handle_.get(), parameter, value));
}

void Statement::bind(int parameter, std::nullptr_t) {
    check(handle_.get(), sqlite3_bind_null(handle_.get(), parameter));
}

void Statement::bind_text(int parameter, std::string_view value) {
    check(handle_.get(),
          sqlite3_bind_text64(handle_.get(), parameter, data_of(value), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_blob(int parameter, std::string_view value) {
    check(handle_.get(), sqlite3_bind_blob64(handle_.get(), parameter, data_of(value), value.size(), SQLITE_TRANSIENT));
}

void Statement::bind_text_view(int parameter, std::string_view value) {
    check(handle_.get(),
          sqlite3_bind_text64(handle_.get(), parameter, data_of(value), value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_blob_view(int parameter, std::string_view value) {
    check(handle_.get(), sqlite3_bind_blob64(handle_.get(), parameter, data_of(value), value.size(), SQLITE_STATIC));
}

bool Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    sqlite3* database = sqlite3_db_handle(handle_.get());
    const int system_errno = sqlite3_system_errno(database);
    sqlite3_reset(handle_.get()); // gives its locks back now, not when somebody resets it
    throw error_for(code, system_errno, std::exchange(stopped_by_progress, false));
}

void Statement::run() {
    while (step()) {}
    reset();
}

void Statement::reset() noexcept {
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
}

int Statement::column_count() const {
    return sqlite3_column_count(handle_.get());
}

ColumnType Statement::type(int column) const {
    switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
        return ColumnType::integer;
    case SQLITE_FLOAT:
        return ColumnType::real;
    case SQLITE_TEXT:
        return ColumnType::text;
    case SQLITE_BLOB:
        return ColumnType::blob;
    default:
        return ColumnType::null;
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(handle_.get(), column);
}

std::string_view Statement::text(int column) const {
    // The pointer first: asking for it may convert the value and so change its size.
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    if (!data) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    if (!data) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view Statement::column_name(int column) const {
    return sqlite3_column_name(handle_.get(), column);
}

} // namespace geo::wrap
