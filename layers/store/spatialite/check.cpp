#include "layers/store/spatialite/check.hpp"

#include "geo/error.hpp"
#include "layers/audit/verify.hpp"
#include "layers/store/spatialite/access_log.hpp"
#include "layers/store/spatialite/change_log.hpp"
#include "layers/store/spatialite/checkpointer.hpp"
#include "layers/store/spatialite/row.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace layers::store {
namespace {

constexpr std::size_t kChangesARead = 1000;

[[noreturn]] void fail(const std::string& why) {
    throw geo::Error{geo::ErrorCode::storage_failed, why};
}

// Says how far a walk over `total` entries is, and ends it when it shall stop.
class Pace {
public:
    Pace(const Watch& watch, std::int64_t total) : watch_{watch}, total_{total} {}
    void step() {
        if (++done_ % kChangesARead != 0) return;
        if (watch_.stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the check was stopped"};
        if (watch_.progress) watch_.progress(std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)));
    }

private:
    const Watch& watch_;
    const std::int64_t total_;
    std::size_t done_ = 0;
};

std::optional<audit::Hash> hash_from(std::string_view bytes) {
    audit::Hash hash;
    if (bytes.size() != hash.size()) return {};
    std::memcpy(hash.data(), bytes.data(), bytes.size());
    return hash;
}

// Walks log, leaves and version rows side by side. What is missing or unreadable is the entry's damage, so that the
// walk goes on and names the next one too.
class Walk {
public:
    Walk(Connection& connection, const Schema& schema) : connection_{connection}, schema_{schema} {}

    bool next(audit::Entry& entry) {
        if (position_ == changes_.size()) {
            changes_ = read_changes(connection_, schema_, last_, kChangesARead);
            position_ = 0;
        }
        if (changes_.empty()) return false;
        const Change& change = changes_[position_++];
        last_ = change.seq;
        entry = {};
        entry.leaf.seq = change.seq;
        const std::string name = "audit entry " + std::to_string(change.seq);
        audit::Hash payload{};
        {
            Query leaf = connection_.query("SELECT payload,hash FROM audit_leaf WHERE seq=?1");
            leaf->bind(1, change.seq);
            if (!leaf->step()) {
                entry.damage = name + " is missing";
                return true;
            }
            const auto kept = hash_from(leaf->blob(0)), stored = hash_from(leaf->blob(1));
            if (!kept || !stored) {
                entry.damage = name + " is damaged";
                return true;
            }
            payload = *kept;
            entry.stored = *stored;
        }
        try {
            read_version(change, payload, entry);
        } catch (const geo::Error& error) {
            entry.damage = "the row of change " + std::to_string(change.seq) + ": " + error.what();
        }
        return true;
    }

private:
    void read_version(const Change& change, const audit::Hash& payload, audit::Entry& entry) {
        const std::string name = "the row of change " + std::to_string(change.seq);
        const LayerTable& table = schema_.table(change.layer);
        Query row = connection_.query(table.by_seq);
        row->bind(1, change.seq);
        if (!row->step()) {
            entry.damage = name + " is missing";
            return;
        }
        const Record record = read_record(*row, *table.layer);
        const bool removed = row->integer(column::removed) != 0;
        if (record.id != change.id || record.version != change.version || removed != (change.op == Op::remove)) {
            entry.damage = name + " is another one's";
            return;
        }
        // Without salt the payload is gone: removed, or deleted by retention.
        if (!row->is_null(column::salt)) entry.payload_now = table.digester.digest(record, row->blob(column::salt));
        entry.leaf = leaf_of(change, std::string{row->text(column::account)}, payload);
    }

    Connection& connection_;
    const Schema& schema_;
    std::vector<Change> changes_;
    std::size_t position_ = 0;
    Seq last_ = 0;
};

audit::Verdict verify_access_log(Connection& connection, const std::vector<audit::Vouched>& vouched, Pace& pace,
                                 std::set<std::string>& keys_told) {
    std::vector<audit::AccessEntry> page;
    std::size_t position = 0;
    std::int64_t last = 0;
    const auto next = [&](audit::AccessEntry& entry) {
        if (position == page.size()) {
            page = read_accesses(connection, last, kChangesARead);
            position = 0;
        }
        if (page.empty()) return false;
        entry = std::move(page[position++]);
        last = entry.access.number;
        if (entry.access.what == "key_changed") keys_told.insert(entry.access.subject);
        pace.step();
        return true;
    };
    return audit::verify_accesses(next, vouched);
}

// What the database's own checkpoints say against the file's.
std::vector<std::string> compare_checkpoints(Connection& connection, const std::vector<std::string>& lines) {
    std::vector<std::string> faults;
    Query rows = connection.query("SELECT number,line FROM checkpoint ORDER BY number");
    while (rows->step() && faults.size() < audit::kMostFaults) {
        const std::int64_t number = rows->integer(0);
        const std::string name = "checkpoint " + std::to_string(number);
        if (number < 1 || static_cast<std::uint64_t>(number) > lines.size())
            faults.push_back(name + " is in the database and not in the file beside it");
        else if (lines[static_cast<std::size_t>(number - 1)] != rows->text(1))
            faults.push_back(name + " is not the same in the database and in the file beside it");
    }
    return faults;
}

void check_counts(Connection& connection, const Schema& schema, Seq changes) {
    if (connection.database().query_integer("SELECT count(*) FROM audit_leaf") != changes) {
        fail("there are audit entries without a change");
    }
    std::int64_t versions = 0;
    for (const auto& [id, table] : schema.tables) {
        versions += connection.database().query_integer("SELECT count(*) FROM " + quoted(versions_name(*table->layer)));
        const std::int64_t counted = connection.database().query_integer(table->count_current);
        const std::int64_t kept = connection.database().query_integer("SELECT row_count FROM layers WHERE number=" +
                                                                      std::to_string(table->number));
        if (counted != kept) fail("the count of " + id + " is wrong");
    }
    if (versions != changes) fail("there are rows without a change");
}

} // namespace

CheckReport check_database(Connection& connection, const Schema& schema,
                           const std::vector<std::string>& checkpoint_lines, const Watch& watch) {
    if (!connection.database().integrity_faults().empty()) fail("the database file is damaged");
    const AuditReport report = verify_database_audit(connection, schema, checkpoint_lines, watch);
    if (!report.faults.empty()) fail(report.faults.front());
    check_counts(connection, schema, report.changes);
    return {report.changes, report.changes_root, report.accesses, report.checkpoints};
}

AuditReport verify_database_audit(Connection& connection, const Schema& schema,
                                  const std::vector<std::string>& checkpoint_lines, const Watch& watch) {
    AuditReport report;
    const auto take = [&report](std::vector<std::string> faults) {
        std::ranges::move(faults, std::back_inserter(report.faults));
    };
    const audit::Chain chain = audit::read_chain(checkpoint_lines);
    if (chain.fault) report.faults.push_back(*chain.fault);
    if (!chain.checkpoints.empty() && chain.checkpoints.front().origin != origin_of(connection))
        report.faults.emplace_back("the checkpoints beside the database are another database's");
    take(compare_checkpoints(connection, checkpoint_lines));

    auto& db = connection.database();
    Pace pace{watch, db.query_integer("SELECT count(*) FROM change_log") +
                         db.query_integer("SELECT count(*) FROM access_log")};
    Walk walk{connection, schema};
    const auto next = [&](audit::Entry& entry) {
        pace.step();
        return walk.next(entry);
    };
    auto changes = audit::verify(next, audit::vouched_changes(chain.checkpoints));
    std::set<std::string> keys_told;
    auto accesses = verify_access_log(connection, audit::vouched_accesses(chain.checkpoints), pace, keys_told);
    take(std::move(changes.faults));
    take(std::move(accesses.faults));
    for (std::size_t i = 1; i < chain.keys.size(); ++i) {
        if (!keys_told.contains(chain.keys[i]))
            report.faults.push_back("checkpoints are signed by a key that the log does not know: " + chain.keys[i]);
    }
    report.changes = static_cast<Seq>(changes.head.size);
    report.changes_root = audit::to_hex(changes.head.root);
    report.accesses = static_cast<std::int64_t>(accesses.head.size);
    report.accesses_root = audit::to_hex(accesses.head.root);
    report.checkpoints = static_cast<std::int64_t>(chain.checkpoints.size());
    if (!checkpoint_lines.empty()) report.last_checkpoint = checkpoint_lines.back();
    report.keys = chain.keys;
    return report;
}

std::vector<audit::Leaf> read_leaves(Connection& connection, const Schema& schema, Seq after, std::size_t limit) {
    std::vector<audit::Leaf> leaves;
    for (const Change& change : read_changes(connection, schema, after, limit)) {
        const std::string name = std::to_string(change.seq);
        Query payload = connection.query("SELECT payload FROM audit_leaf WHERE seq=?1");
        payload->bind(1, change.seq);
        const auto digest = payload->step() ? hash_from(payload->blob(0)) : std::nullopt;
        if (!digest) fail("audit entry " + name + " is missing or damaged");
        Query row =
            connection.query("SELECT \"_account\" FROM " + quoted(versions_name(*schema.table(change.layer).layer)) +
                             " WHERE \"_seq_from\"=?1");
        row->bind(1, change.seq);
        if (!row->step()) fail("the row of change " + name + " is missing");
        leaves.push_back(leaf_of(change, std::string{row->text(0)}, *digest));
    }
    return leaves;
}

audit::Proof prove_change(Connection& connection, const Schema& schema, Seq seq, const std::string& checkpoint_line) {
    const auto missing = [] { return geo::Error{geo::ErrorCode::not_found, "no change has this number"}; };
    if (seq < 1) throw missing();
    const auto leaves = read_leaves(connection, schema, seq - 1, 1);
    if (leaves.empty() || leaves.front().seq != seq) throw missing();
    const auto checkpoint = audit::checkpoint_from(checkpoint_line);
    if (!checkpoint || checkpoint->changes.size < static_cast<std::uint64_t>(seq))
        fail("no checkpoint covers the change");
    const auto leaf_at = [&connection](std::uint64_t index) {
        Query leaf = connection.query("SELECT hash FROM audit_leaf WHERE seq=?1");
        leaf->bind(1, index + 1);
        const auto hash = leaf->step() ? hash_from(leaf->blob(0)) : std::nullopt;
        if (!hash) fail("audit entry " + std::to_string(index + 1) + " is missing or damaged");
        return *hash;
    };
    return {leaves.front(),
            audit::inclusion_path(static_cast<std::uint64_t>(seq) - 1, checkpoint->changes.size, leaf_at),
            checkpoint_line};
}

} // namespace layers::store
