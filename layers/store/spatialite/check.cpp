#include "layers/store/spatialite/check.hpp"

#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"
#include "layers/audit/verify.hpp"
#include "layers/store/spatialite/change_log.hpp"
#include "layers/store/spatialite/row.hpp"

#include <cstring>
#include <string>

namespace layers::store {
namespace {

constexpr std::size_t kChangesARead = 1000;

[[noreturn]] void fail(const std::string& why) {
    throw geo::Error{geo::ErrorCode::storage_failed, why};
}

audit::Hash hash_from(std::string_view bytes, Seq seq) {
    audit::Hash hash{};
    if (bytes.size() != hash.size()) fail("audit entry " + std::to_string(seq) + " is damaged");
    std::memcpy(hash.data(), bytes.data(), bytes.size());
    return hash;
}

// Walks log, leaves and version rows side by side.
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
        Query leaf = connection_.query("SELECT payload,hash FROM audit_leaf WHERE seq=?1");
        leaf->bind(1, change.seq);
        if (!leaf->step()) fail("audit entry " + std::to_string(change.seq) + " is missing");
        const audit::Hash payload = hash_from(leaf->blob(0), change.seq);
        entry = {leaf_of(change, read_version(change), payload), hash_from(leaf->blob(1), change.seq), payload_now_};
        return true;
    }

private:
    // The account of the version row; what its payload hashes to goes into payload_now_.
    std::string read_version(const Change& change) {
        const std::string name = "the row of change " + std::to_string(change.seq);
        const LayerTable& table = schema_.table(change.layer);
        Query row = connection_.query(table.by_seq);
        row->bind(1, change.seq);
        if (!row->step()) fail(name + " is missing");
        const Record record = read_record(*row, *table.layer);
        const bool removed = row->integer(column::removed) != 0;
        if (record.id != change.id || record.version != change.version || removed != (change.op == Op::remove)) {
            fail(name + " is another one's");
        }
        payload_now_.reset();
        // Without salt the payload is gone: removed, or deleted by retention.
        if (!row->is_null(column::salt)) payload_now_ = table.digester.digest(record, row->blob(column::salt));
        return std::string{row->text(column::account)};
    }

    Connection& connection_;
    const Schema& schema_;
    std::vector<Change> changes_;
    std::size_t position_ = 0;
    Seq last_ = 0;
    std::optional<audit::Hash> payload_now_;
};

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

CheckReport check_database(Connection& connection, const Schema& schema) {
    const geo::wrap::Transaction snapshot{connection.database(), geo::wrap::TransactionMode::deferred};
    if (!connection.database().integrity_faults().empty()) fail("the database file is damaged");
    Walk walk{connection, schema};
    const audit::Verdict verdict = audit::verify([&](audit::Entry& entry) { return walk.next(entry); });
    if (verdict.fault) fail(*verdict.fault);
    const auto changes = static_cast<Seq>(verdict.leaves);
    check_counts(connection, schema, changes);
    return {changes, geo::wrap::to_hex({reinterpret_cast<const char*>(verdict.root.data()), verdict.root.size()})};
}

} // namespace layers::store
