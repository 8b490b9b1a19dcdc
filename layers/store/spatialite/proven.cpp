#include "layers/store/spatialite/proven.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/row.hpp"

#include <algorithm>

namespace layers::store {

Record read_proven(Connection& connection, const LayerTable& table, const geo::wrap::Statement& row) {
    Record record = read_record(row, *table.layer);
    const Seq seq = row.integer(column::seq_from);
    const bool removed = row.integer(column::removed) != 0;
    Query proof = connection.query("SELECT c.layer,c.id,c.version,c.op,c.recorded_at,l.payload "
                                   "FROM change_log c JOIN audit_leaf l USING(seq) WHERE seq=?1");
    proof->bind(1, seq);
    bool same = proof->step() && proof->integer(0) == table.number && read_id(*proof, 1) == record.id &&
                proof->integer(2) == record.version && (proof->integer(3) == static_cast<int>(Op::remove)) == removed;
    // Without salt the payload is gone: removed, or deleted by retention.
    if (same && !row.is_null(column::salt)) {
        const auto* recorded_at = std::get_if<geo::Instant>(&record.values[common::recorded_at]);
        const audit::Hash digest = table.digester.digest(record, row.blob(column::salt));
        const std::string_view kept = proof->blob(5);
        same =
            recorded_at != nullptr && recorded_at->us == proof->integer(4) &&
            std::ranges::equal(kept, digest, [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
    }
    if (!same)
        throw geo::Error{geo::ErrorCode::storage_failed, "the row of change " + std::to_string(seq) + " is damaged"};
    return record;
}

} // namespace layers::store
