// SQLite and SpatiaLite as move-only handles that throw. Knows SQL's mechanics and no table.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace geo::wrap {

class Statement;

// Errors of everything here are geo::Error: storage_full (disk or quota), busy (locked by another connection),
// storage_failed (input/output, read-only, corrupt, not a database, can't open), conflict (a constraint), too_large,
// deadline (stopped by the progress handler), cancelled (interrupt), internal (a fault in the SQL itself). The message
// is for callers and holds neither SQL nor a path; Database::last_error has SQLite's own words for the log.

// immutable: reads a file that nobody changes while it is open, without locks and without making files beside it; the
// only way into a database in WAL mode on a read-only file system. Its log, if there is one, is not read.
enum class OpenMode { read_only, read_write, create, immutable };

struct OpenOptions {
    OpenMode mode = OpenMode::read_write;
    bool spatialite = false; // load the spatial functions into this connection
    int busy_timeout_ms = 0; // 0: busy at once
    // For the one connection that writes to a database in WAL mode: its log goes out in one piece a commit, and
    // synchronous=FULL is set, which must stay so (log_vfs.hpp).
    bool gather_log = false;
};

enum class CheckpointMode { passive, full, restart, truncate };

struct Checkpoint {
    int wal_frames = 0;   // in the log; -1 when the database isn't in WAL mode
    int moved_frames = 0; // of these already in the database file
};

enum class Limit { length, sql_length, expression_depth, compound_select, variable_number, vdbe_op, attached };

// One connection. Belongs to one thread at a time: it may be handed over but never shared (it is opened without
// SQLite's own mutex); only interrupt() may be called from anywhere while it lives. Its statements must die before it.
// Not openable while the environment says SPATIALITE_SECURITY=relaxed, which lets SQL read and write files.
class Database {
public:
    // `path` is a plain path, never an address; ":memory:" for a private one in memory.
    explicit Database(const std::string& path, OpenOptions options = {});
    ~Database();
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;

    void exec(const char* sql); // one or more statements without values
    void exec(const std::string& sql) { exec(sql.c_str()); }
    std::int64_t query_integer(const std::string& sql); // first column of the first row; 0 when there is none
    std::string query_text(const std::string& sql);     // as above; empty when there is none

    std::int64_t changes() const; // rows touched by the last statement
    std::int64_t last_insert_rowid() const;
    bool in_transaction() const;
    std::string last_error() const; // for the log only

    void busy_timeout(int milliseconds);
    int limit(Limit what, int value); // returns what was; -1 only asks

    // Asks `stop` about every `instructions` steps of SQLite's machine (some microseconds a thousand); true ends the
    // running statement with Error{deadline}. An empty function takes the handler away. `stop` must not throw.
    void on_progress(std::function<bool()> stop, int instructions = 1000);
    void deadline(std::chrono::steady_clock::time_point when); // as on_progress: stop once `when` has passed
    void no_deadline() { on_progress({}); }
    void interrupt() noexcept; // any thread: the running statement ends with Error{cancelled}

    void wal_autocheckpoint(int pages); // 0: never by itself
    Checkpoint checkpoint(CheckpointMode mode);

    // Copies this database over `target` from one snapshot, while others go on writing; `pages_per_step` at a time with
    // `progress(remaining, total)` between (false: Error{cancelled}). Must not be in a transaction.
    void backup_to(Database& target, const std::function<bool(int, int)>& progress = {}, int pages_per_step = 1024);

    // What SQLite finds wrong, empty when nothing; quick leaves out comparing indexes with tables.
    std::vector<std::string> integrity_faults(bool quick = false);

    sqlite3* handle() const { return handle_.get(); } // for other classes of this folder
    enum class Step { begin, begin_immediate, commit, savepoint, release };
    void take(Step step); // for the guards below: each compiled once

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    struct FreeSpatial {
        void operator()(void* cache) const noexcept;
    };
    // Order matters: the connection is closed before SpatiaLite's cache behind its functions is freed.
    std::unique_ptr<void, FreeSpatial> spatial_;
    std::unique_ptr<std::function<bool()>> progress_;
    std::unique_ptr<sqlite3, Close> handle_;
    std::array<std::unique_ptr<Statement>, 5> steps_; // die before the connection
};

enum class ColumnType { null, integer, real, text, blob };

// A prepared statement; the thread of its Database. Parameters count from 1, columns from 0 (as in SQLite).
class Statement {
public:
    Statement(Database& database, std::string_view sql); // exactly one statement
    ~Statement();
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) noexcept;

    template <std::integral T>
    void bind(int parameter, T value) {
        bind_integer(parameter, static_cast<std::int64_t>(value));
    }
    void bind(int parameter, double value);
    void bind(int parameter, std::nullptr_t);
    void bind_text(int parameter, std::string_view value); // copies
    void bind_blob(int parameter, std::string_view value); // copies
    // Without copying: the bytes must live until reset() or the next binding of this parameter.
    void bind_text_view(int parameter, std::string_view value);
    void bind_blob_view(int parameter, std::string_view value);

    bool step();           // true: a row is there
    void run();            // steps to the end and resets
    void reset() noexcept; // ready to run again, all parameters null

    int column_count() const;
    ColumnType type(int column) const;
    bool is_null(int column) const { return type(column) == ColumnType::null; }
    std::int64_t integer(int column) const;
    double real(int column) const;
    // Views live until the next step() or reset(). Empty for null.
    std::string_view text(int column) const;
    std::string_view blob(int column) const;
    std::string_view column_name(int column) const;

private:
    void bind_integer(int parameter, std::int64_t value);
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

enum class TransactionMode { deferred, immediate };

// Rolls back in the destructor unless commit() returned.
class Transaction {
public:
    explicit Transaction(Database& database, TransactionMode mode = TransactionMode::immediate);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit(); // throws: nothing is durable, and the destructor rolls back

private:
    Database& database_;
    bool open_ = true;
};

// A part of a transaction that can fail alone. Undone in the destructor unless release() returned. Guards nest.
class Savepoint {
public:
    explicit Savepoint(Database& database);
    ~Savepoint();
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;
    void release();

private:
    Database& database_;
    bool open_ = true;
};

} // namespace geo::wrap
