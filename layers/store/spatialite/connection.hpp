// A connection with the statements it has prepared, so that each text is compiled once. Knows no table.
#pragma once

#include "geo/wrap/sqlite.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace layers::store {

// A cached statement in use: ready to bind, reset when this goes out of scope. One user of a text at a time.
class Query {
public:
    explicit Query(geo::wrap::Statement& statement) : statement_{&statement} {}
    ~Query() { statement_->reset(); }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    geo::wrap::Statement* operator->() { return statement_; }
    geo::wrap::Statement& operator*() { return *statement_; }

private:
    geo::wrap::Statement* statement_;
};

// Belongs to one thread at a time, as its Database.
class Connection {
public:
    Connection(const std::string& path, geo::wrap::OpenOptions options) : database_{path, options} {}
    Query query(std::string_view sql);
    geo::wrap::Database& database() { return database_; }

private:
    geo::wrap::Database database_;
    std::map<std::string, geo::wrap::Statement, std::less<>> statements_; // die before the database
};

// Read-only connections, made when asked for and kept while idle. Thread-safe. Never waits: a reader may read again
// while it holds one (a visitor of a scan), so a bound here would be a deadlock; the worker pool bounds their number.
class ReadPool {
public:
    // `mode`: read_only, or immutable for a file that nobody can write.
    ReadPool(std::string path, std::size_t idle, geo::wrap::OpenMode mode = geo::wrap::OpenMode::read_only)
        : path_{std::move(path)}, idle_limit_{idle}, mode_{mode} {}

    class Lease {
    public:
        Lease(ReadPool& pool, std::unique_ptr<Connection> connection)
            : pool_{pool}, connection_{std::move(connection)} {}
        ~Lease() { pool_.give_back(std::move(connection_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Connection* operator->() { return connection_.get(); }
        Connection& operator*() { return *connection_; }

    private:
        ReadPool& pool_;
        std::unique_ptr<Connection> connection_;
    };

    Lease lease();

private:
    void give_back(std::unique_ptr<Connection> connection) noexcept;

    std::string path_;
    std::size_t idle_limit_;
    geo::wrap::OpenMode mode_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

} // namespace layers::store
