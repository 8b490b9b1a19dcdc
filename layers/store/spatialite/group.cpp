#include "layers/store/spatialite/group.hpp"

#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"
#include "layers/store/spatialite/row.hpp"

#include <algorithm>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;

bool concerns_the_write_alone(ErrorCode code) {
    switch (code) {
    case ErrorCode::storage_full:
    case ErrorCode::storage_failed:
    case ErrorCode::busy:
    case ErrorCode::internal:
    case ErrorCode::cancelled:
    case ErrorCode::deadline:
        return false;
    default:
        return true;
    }
}

std::string_view bytes_of(const geo::Uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

Record empty_record(const LayerTable& table, const geo::Uuid& id) {
    Record record;
    record.id = id;
    record.values.resize(table.layer->fields.size());
    return record;
}

} // namespace

// The open version of an item.
struct Group::Head {
    Seq seq = 0;
    std::int64_t version = 0;
    bool removed = false;
    geo::Box box;
    Label label;
};

std::optional<Group::Head> Group::head_of(const LayerTable& table, const geo::Uuid& id) {
    Query row = connection_.query(table.head);
    row->bind_blob_view(1, bytes_of(id));
    if (!row->step()) return {};
    Head found;
    found.seq = row->integer(head::seq_from);
    found.version = row->integer(head::version);
    found.removed = row->integer(head::removed) != 0;
    if (!row->is_null(head::min_x)) {
        found.box = {row->real(head::min_x), row->real(head::min_y), row->real(head::max_x), row->real(head::max_y)};
    }
    found.label.agency = row->text(head::agency);
    found.label.handling = row->text(head::handling);
    found.label.scenario_id = row->text(head::scenario_id);
    if (!row->is_null(head::releasable_to)) {
        found.label.releasable_to = texts_from_json(row->text(head::releasable_to));
    }
    return found;
}

Record Group::stored(const LayerTable& table, const Head& head) {
    Query row = connection_.query(table.by_seq);
    row->bind(1, head.seq);
    if (!row->step()) throw Error{ErrorCode::storage_failed, "a current version is missing"};
    return read_record(*row, *table.layer);
}

WriteResult Group::unchanged(const Head& head) {
    Query line = connection_.query("SELECT recorded_at FROM change_log WHERE seq=?1");
    line->bind(1, head.seq);
    line->step();
    return {Outcome::unchanged, head.seq, head.version, {line->integer(0)}};
}

Store::Item Group::apply(Write write, bool alone) {
    Store::Item item;
    try {
        const LayerTable& table = schema_.table(write.layer);
        const bool made_later = write.op == Op::replace && write.amend;
        if (write.op != Op::remove && !made_later) make_storable(*table.layer, write.record);
        item.result = decide_and_append(table, write, alone);
    } catch (const Error& error) {
        if (!concerns_the_write_alone(error.code)) throw;
        item.error = error;
    }
    return item;
}

WriteResult Group::decide_and_append(const LayerTable& table, Write& write, bool alone) {
    const auto head = head_of(table, write.record.id);
    const bool there = head && !head->removed;
    Op op = write.op;
    bool same = false;
    const auto compare = [&] {
        const Record current = stored(table, *head);
        if (write.amend) {
            write.amend(current, write.record);
            make_storable(*table.layer, write.record);
        }
        // Who sends a report again must not learn from the answer whether a sealed number was the right one.
        const bool sent_again = write.op == Op::create && !write.replace_if_exists;
        same = same_content(*table.layer, current, write.record, !sent_again);
    };
    if (op == Op::create && there) {
        if (write.skip_if_same || write.replace_if_exists) compare();
        if (same) return unchanged(*head);
        if (!write.replace_if_exists) throw Error{ErrorCode::conflict, "an item with this id is there already", "id"};
        op = Op::replace;
    }
    if (op != Op::create) {
        if (!there) throw Error{ErrorCode::not_found, "no such item"};
        if (write.if_version && *write.if_version != head->version) {
            throw Error{ErrorCode::precondition_failed, "the item has changed meanwhile"};
        }
        if (write.op == Op::replace && write.amend) compare();
        if (same) return unchanged(*head);
        if (op == Op::replace && label_of(write.record).agency != head->label.agency)
            throw Error{ErrorCode::forbidden, "a row keeps its owner agency", "agency"};
    }
    if (!alone) {
        try {
            return append(table, op, write, head);
        } catch (const Error& error) {
            // Half of this write is in the transaction: nothing of the group may be kept.
            if (!concerns_the_write_alone(error.code)) throw;
            throw Error{ErrorCode::storage_failed, "the storage refused a row"};
        }
    }
    geo::wrap::Savepoint savepoint{connection_.database()};
    const WriteResult result = append(table, op, write, head);
    savepoint.release();
    return result;
}

WriteResult Group::append(const LayerTable& table, Op op, Write& write, const std::optional<Head>& head) {
    const bool removal = op == Op::remove;
    auto record = std::make_shared<Record>(removal ? empty_record(table, write.record.id) : std::move(write.record));
    const geo::Instant recorded_at = std::max(clock_(), end_.recorded_at);
    record->seq = end_.seq + 1;
    record->version = head ? head->version + 1 : 1;
    record->values[common::recorded_at] = recorded_at;

    if (head) {
        Query supersede = connection_.query(table.supersede);
        supersede->bind(1, record->seq);
        supersede->bind(2, head->seq);
        supersede->step();
    }
    const std::string salt = removal ? std::string{} : geo::wrap::random_bytes(audit::kSaltBytes);
    Query row = connection_.query(table.insert);
    row->bind(parameter::seq_from, record->seq);
    row->bind_blob_view(parameter::id, bytes_of(record->id));
    row->bind(parameter::version, record->version);
    row->bind(parameter::removed, removal ? 1 : 0);
    row->bind_text_view(parameter::account, write.account);
    if (!removal) row->bind_blob_view(parameter::salt, salt);
    bind_values(*row, *table.layer, *record);
    row->step();

    Label label = removal ? head->label : label_of(*record);
    const Change change{.seq = record->seq,
                        .layer = table.layer->id,
                        .id = record->id,
                        .version = record->version,
                        .op = op,
                        .recorded_at = recorded_at,
                        .agency = std::move(label.agency),
                        .handling = std::move(label.handling),
                        .releasable_to = std::move(label.releasable_to),
                        .scenario_id = std::move(label.scenario_id),
                        .old_box = head ? head->box : geo::Box{},
                        .new_box = record->geometry.box()};
    append_change(connection_, change, table.number, write.account,
                  removal ? audit::Hash{} : table.digester.digest(*record, salt));

    // Nothing of this object changes before every statement has gone through.
    end_ = {record->seq, recorded_at};
    if (op != Op::replace) growth_[table.number] += removal ? -1 : 1;
    const WriteResult result{removal             ? Outcome::removed
                             : op == Op::replace ? Outcome::replaced
                                                 : Outcome::created,
                             change.seq, change.version, recorded_at};
    applied_.push_back({change, removal ? nullptr : std::move(record)});
    return result;
}

void Group::save(const ImportState& state) {
    Query row = connection_.query("INSERT INTO import_state(key,rows_done,report,finished) VALUES(?1,?2,?3,?4) "
                                  "ON CONFLICT(key) DO UPDATE SET rows_done=?2,report=?3,finished=?4");
    row->bind_text_view(1, state.key);
    row->bind(2, state.rows_done);
    row->bind_text_view(3, state.report_json);
    row->bind(4, state.finished ? 1 : 0);
    row->step();
}

void Group::finish() {
    for (const auto& [number, growth] : growth_) {
        Query row = connection_.query("UPDATE layers SET row_count=row_count+?1 WHERE number=?2");
        row->bind(1, growth);
        row->bind(2, number);
        row->step();
    }
}

} // namespace layers::store
