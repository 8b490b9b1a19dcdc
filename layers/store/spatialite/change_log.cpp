#include "layers/store/spatialite/change_log.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/row.hpp"

namespace layers::store {
namespace {

std::string_view bytes_of(const audit::Hash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string_view bytes_of(const geo::Uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

void bind_box(geo::wrap::Statement& statement, int parameter, const geo::Box& box) {
    if (!box.empty()) statement.bind_blob(parameter, box_bytes(box));
}

} // namespace

audit::Leaf leaf_of(const Change& change, const std::string& account, const audit::Hash& payload) {
    return {.seq = change.seq,
            .layer = change.layer,
            .id = change.id,
            .version = change.version,
            .op = static_cast<std::uint8_t>(change.op),
            .recorded_at = change.recorded_at,
            .account = account,
            .agency = change.agency,
            .handling = change.handling,
            .releasable_to = change.releasable_to,
            .scenario_id = change.scenario_id,
            .old_box = change.old_box,
            .new_box = change.new_box,
            .payload = payload};
}

void append_change(Connection& connection, const Change& change, std::int64_t layer_number, const std::string& account,
                   const audit::Hash& payload) {
    Query log = connection.query("INSERT INTO change_log(seq,layer,id,version,op,recorded_at,agency,handling,"
                                 "releasable_to,scenario_id,old_box,new_box) "
                                 "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)");
    log->bind(1, change.seq);
    log->bind(2, layer_number);
    log->bind_blob_view(3, bytes_of(change.id));
    log->bind(4, change.version);
    log->bind(5, static_cast<int>(change.op));
    log->bind(6, change.recorded_at.us);
    log->bind_text_view(7, change.agency);
    log->bind_text_view(8, change.handling);
    log->bind_text(9, texts_to_json(change.releasable_to));
    log->bind_text_view(10, change.scenario_id);
    bind_box(*log, 11, change.old_box);
    bind_box(*log, 12, change.new_box);
    log->step();

    const audit::Hash hash = audit::leaf_hash(leaf_of(change, account, payload));
    Query leaf = connection.query("INSERT INTO audit_leaf(seq,payload,hash) VALUES(?1,?2,?3)");
    leaf->bind(1, change.seq);
    leaf->bind_blob_view(2, bytes_of(payload));
    leaf->bind_blob_view(3, bytes_of(hash));
    leaf->step();
}

std::vector<Change> read_changes(Connection& connection, const Schema& schema, Seq after, std::size_t limit) {
    Query rows =
        connection.query("SELECT seq,layer,id,version,op,recorded_at,agency,handling,releasable_to,scenario_id,"
                         "old_box,new_box FROM change_log WHERE seq>?1 ORDER BY seq LIMIT ?2");
    rows->bind(1, after);
    rows->bind(2, std::min<std::size_t>(limit, INT64_MAX));
    std::vector<Change> changes;
    while (rows->step()) {
        const std::int64_t op = rows->integer(4);
        if (op < 0 || op > 2) throw geo::Error{geo::ErrorCode::storage_failed, "a line of the change log is damaged"};
        changes.push_back({.seq = rows->integer(0),
                           .layer = schema.table(rows->integer(1)).layer->id,
                           .id = read_id(*rows, 2),
                           .version = rows->integer(3),
                           .op = static_cast<Op>(op),
                           .recorded_at = {rows->integer(5)},
                           .agency = std::string{rows->text(6)},
                           .handling = std::string{rows->text(7)},
                           .releasable_to = texts_from_json(rows->text(8)),
                           .scenario_id = std::string{rows->text(9)},
                           .old_box = box_from(rows->blob(10)),
                           .new_box = box_from(rows->blob(11))});
    }
    return changes;
}

LogEnd log_end(Connection& connection) {
    Query last = connection.query("SELECT seq,recorded_at FROM change_log ORDER BY seq DESC LIMIT 1");
    if (!last->step()) return {};
    return {last->integer(0), {last->integer(1)}};
}

Seq seq_recorded_by(Connection& connection, geo::Instant t) {
    const geo::wrap::Transaction snapshot{connection.database(), geo::wrap::TransactionMode::deferred};
    Seq at_or_before = 0;
    Seq after = log_end(connection).seq + 1;
    while (after - at_or_before > 1) {
        const Seq middle = at_or_before + (after - at_or_before) / 2;
        Query line = connection.query("SELECT recorded_at FROM change_log WHERE seq=?1");
        line->bind(1, middle);
        if (!line->step()) throw geo::Error{geo::ErrorCode::storage_failed, "a line of the change log is missing"};
        (line->integer(0) <= t.us ? at_or_before : after) = middle;
    }
    return at_or_before;
}

} // namespace layers::store
