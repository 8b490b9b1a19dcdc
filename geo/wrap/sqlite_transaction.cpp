// The guards of geo/wrap/sqlite.hpp.
#include "geo/wrap/sqlite.hpp"

#include <sqlite3.h>

namespace geo::wrap {

Transaction::Transaction(Database& database, TransactionMode mode) : database_{database} {
    database.take(mode == TransactionMode::immediate ? Database::Step::begin_immediate : Database::Step::begin);
}

Transaction::~Transaction() {
    // After a full disk or an input/output error SQLite may have rolled back by itself.
    if (open_ && database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.take(Database::Step::commit);
    open_ = false;
}

Savepoint::Savepoint(Database& database) : database_{database} {
    database.take(Database::Step::savepoint);
}

Savepoint::~Savepoint() {
    if (!open_ || !database_.in_transaction()) return;
    sqlite3_exec(database_.handle(), "ROLLBACK TO part; RELEASE part", nullptr, nullptr, nullptr);
}

void Savepoint::release() {
    database_.take(Database::Step::release);
    open_ = false;
}

} // namespace geo::wrap
