#include "layers/alert/raise.hpp"

#include "layers/query/record_row.hpp"

namespace layers::alert {

namespace {

using store::Write;

std::string text_at(const Record& row, std::size_t ordinal) {
    const auto* text = std::get_if<std::string>(&row.values[ordinal]);
    return text ? *text : std::string{};
}

geo::TextList list_at(const Record& row, std::size_t ordinal) {
    const auto* list = std::get_if<geo::TextList>(&row.values[ordinal]);
    return list ? *list : geo::TextList{};
}

// What an alert has from its subject: kept as the subject stands now.
void take_from(const BoundRule& rule, const Record& subject, Alert& alert) {
    alert.agency = text_at(subject, common::agency);
    alert.scenario = text_at(subject, common::scenario_id);
    alert.handling = text_at(subject, common::handling);
    alert.releasable_to = list_at(subject, common::releasable_to);
    alert.place = subject.geometry;
    alert.said = rule.said(subject);
}

Alert fresh(const BoundRule& rule, const Record& subject, std::string cause, geo::Instant opened_at) {
    Alert alert;
    alert.rule = rule.rule().id;
    alert.cause = std::move(cause);
    alert.id = alert_id(alert.rule, alert.cause);
    alert.opened_at = opened_at;
    if (const auto minutes = rule.rule().acknowledge_min)
        alert.acknowledge_by = geo::Instant{opened_at.us + *minutes * std::int64_t{60'000'000}};
    alert.level = rule.rule().level;
    alert.distress = rule.rule().distress;
    alert.collection = rule.rule().collection;
    alert.subject = subject.id;
    alert.state = "open";
    take_from(rule, subject, alert);
    return alert;
}

// Where it is there already: what people did with it stays, what it says of its subject is brought up to date until it
// is closed.
Record brought_up_to_date(const Record& current, const Record& told) {
    static const std::size_t state = *alerts_layer().find("state"), said = *alerts_layer().find("said");
    if (text_at(current, state) == "closed") return current;
    Record next = current;
    next.geometry = told.geometry;
    for (const auto field : {std::size_t{common::handling}, std::size_t{common::releasable_to}, said})
        next.values[field] = told.values[field];
    return next;
}

Write write_of(const Alert& alert) {
    Write write;
    write.layer = alerts_layer().id;
    write.record = row_of(alert);
    write.account = kAccount;
    write.replace_if_exists = true;
    write.amend = [](const Record& current, Record& record) { record = brought_up_to_date(current, record); };
    return write;
}

// The version at which the row began to match, seen from a version that matches. The log is walked back only as far as
// it goes on matching.
std::int64_t onset(const BoundRule& rule, const store::Store& store, Record row) {
    while (row.version > 1) {
        auto earlier = store.get_at(rule.rule().collection, row.id, row.seq - 1);
        if (!earlier || !rule.matches(*earlier)) break;
        row = std::move(*earlier);
    }
    return row.version;
}

std::string cause_of(const BoundRule& rule, const store::Store& store, const Record& row) {
    const auto id = geo::to_string(row.id);
    if (rule.rule().cause == Cause::item) return id;
    return id + " from version " + std::to_string(onset(rule, store, row));
}

} // namespace

std::vector<Write> raised(const Rules& rules, const store::Store& store, std::span<const store::Change> changes) {
    std::vector<Write> writes;
    for (const auto& change : changes) {
        const auto on = change.op == store::Op::remove ? std::vector<const BoundRule*>{} : rules.on(change.layer);
        if (on.empty()) continue;
        const auto version = store.get_at(change.layer, change.id, change.seq);
        if (!version) continue;
        for (const auto* rule : on) {
            if (!rule->matches(*version) || rule->is_history(*version, change.recorded_at)) continue;
            const auto now = store.get(change.layer, change.id);
            if (!now) continue; // removed since: nobody sees what it would be about
            auto alert = fresh(*rule, *now, cause_of(*rule, store, *version), change.recorded_at);
            writes.push_back(write_of(alert));
        }
    }
    return writes;
}

std::vector<Write> raised_by_clock(const Rules& rules, const index::ReadModel& model, geo::Instant now) {
    std::vector<Write> writes;
    const auto alerts = model.view(alerts_layer().id);
    for (const auto& rule : rules.all()) {
        const auto view = rule.rule().cause == Cause::due ? model.view(rule.rule().collection) : nullptr;
        if (!view) continue;
        view->each({}, rule.filter(), {}, [&](const index::Piece& piece, index::Row row) {
            const auto subject = index::to_record(*piece.segment, row);
            const auto due = rule.due(subject);
            if (!due || *due > now || rule.is_history(subject, now)) return;
            auto alert = fresh(rule, subject, geo::to_string(subject.id) + " due " + geo::to_rfc3339(*due), now);
            if (!alerts || !alerts->find(alert.id)) writes.push_back(write_of(alert));
        });
    }
    return writes;
}

std::vector<Write> escalated_by_clock(const index::ReadModel& model, geo::Instant now) {
    static const auto open = query::bind(query::parse_cql2_text("state = 'open'"), alerts_layer(),
                                         std::vector<bool>(alerts_layer().fields.size(), true));
    std::vector<Write> writes;
    const auto view = model.view(alerts_layer().id);
    if (!view) return writes;
    view->each({}, open, {}, [&](const index::Piece& piece, index::Row row) {
        const auto alert = alert_of(index::to_record(*piece.segment, row));
        if (!alert.acknowledge_by || *alert.acknowledge_by > now) return;
        Write write;
        write.op = store::Op::replace;
        write.layer = alerts_layer().id;
        write.record.id = alert.id;
        write.account = kAccount;
        write.amend = [now](const Record& current, Record& next) { // somebody may have come first
            next = current;
            if (alert_of(current).state != "open") return;
            Step step;
            step.name = "escalate";
            step.account = kAccount;
            step.at = now;
            step.why = "not acknowledged in time";
            next = with_step(current, step);
        };
        writes.push_back(std::move(write));
    });
    return writes;
}

} // namespace layers::alert
