// The guards of geo/wrap/sqlite.hpp with their steps, and the look for damage.
#include "geo/error.hpp"
#include "geo/wrap/sqlite.hpp"

#include <sqlite3.h>

namespace geo::wrap {

void Database::take(Step step) {
    static constexpr std::array<std::string_view, 5> kText{"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "SAVEPOINT part",
                                                           "RELEASE part"};
    const auto number = static_cast<std::size_t>(step);
    if (!steps_[number]) steps_[number] = std::make_unique<Statement>(*this, kText[number]);
    steps_[number]->run();
}

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

std::vector<std::string> Database::integrity_faults(bool quick) {
    std::vector<std::string> faults;
    try {
        Statement statement{*this, quick ? "PRAGMA quick_check(100)" : "PRAGMA integrity_check(100)"};
        while (statement.step()) {
            if (statement.text(0) != "ok") faults.emplace_back(statement.text(0));
        }
    } catch (const Error& error) {
        // A file that is too damaged to be checked is a finding, not a failure of the check.
        if (error.code != ErrorCode::storage_failed) throw;
        faults.push_back(last_error());
    }
    return faults;
}

} // namespace geo::wrap
