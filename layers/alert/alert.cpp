#include "layers/alert/alert.hpp"

#include "geo/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace layers::alert {

namespace {

using geo::Error, geo::ErrorCode;
using nlohmann::json;

constexpr std::size_t kMostSteps = 500; // a log is read and sent with its alert

struct Transition {
    std::string_view step;
    std::vector<std::string_view> from;
    const char* to;
};

const std::vector<Transition>& transitions() {
    static const std::vector<Transition> table{
        {"acknowledge", {"open", "escalated"}, "acknowledged"},
        {"assign", {"open", "acknowledged", "assigned", "escalated"}, "assigned"},
        {"escalate", {"open", "acknowledged", "assigned"}, "escalated"},
        {"close", {"acknowledged", "assigned", "escalated"}, "closed"},
    };
    return table;
}

std::size_t ordinal(const char* field) {
    return *alerts_layer().find(field);
}

template <typename T>
T value_of(const Record& row, std::size_t field) {
    const auto* value = std::get_if<T>(&row.values[field]);
    return value ? *value : T{};
}

std::string text_of(const Record& row, const char* field) {
    return value_of<std::string>(row, ordinal(field));
}

geo::Value text_or_null(const std::string& text) {
    return text.empty() ? geo::Value{geo::Null{}} : geo::Value{text};
}

json entry_of(const Step& step) {
    json entry{{"step", step.name}, {"at", geo::to_rfc3339(step.at)}};
    const std::initializer_list<std::pair<const char*, const std::string*>> words{
        {"id", &step.id},   {"agency", &step.agency}, {"account", &step.account},
        {"why", &step.why}, {"to", &step.to},         {"outcome", &step.outcome}};
    for (const auto& [name, text] : words)
        if (!text->empty()) entry[name] = *text;
    return entry;
}

bool was_taken(const json& log, const Step& step) {
    return !step.id.empty() && std::ranges::any_of(log, [&](const json& entry) {
        return entry.value("id", "") == step.id && entry.value("step", "") == step.name;
    });
}

} // namespace

const Layer& alerts_layer() {
    static const Layer layer = *Catalogue{}.find("alerts");
    return layer;
}

geo::Uuid alert_id(std::string_view rule, std::string_view cause) {
    return geo::uuid_from_hash("alert " + std::string{rule} + "\n" + std::string{cause});
}

Alert alert_of(const Record& row) {
    Alert alert;
    alert.id = row.id;
    alert.version = row.version;
    alert.rule = text_of(row, "rule");
    alert.cause = text_of(row, "cause");
    alert.opened_at = value_of<geo::Instant>(row, ordinal("opened_at"));
    if (const auto* by = std::get_if<geo::Instant>(&row.values[ordinal("acknowledge_by")])) alert.acknowledge_by = *by;
    alert.level = level_from(text_of(row, "level")).value_or(Level::critical);
    alert.distress = value_of<bool>(row, ordinal("distress"));
    alert.collection = text_of(row, "subject_collection");
    alert.subject = geo::parse_uuid(text_of(row, "subject")).value_or(geo::Uuid{});
    alert.said = text_of(row, "said");
    alert.state = text_of(row, "state");
    alert.assignee = text_of(row, "assignee");
    alert.outcome = text_of(row, "outcome");
    if (const auto* log = std::get_if<geo::Json>(&row.values[ordinal("log")])) alert.log = log->text;
    alert.agency = value_of<std::string>(row, common::agency);
    alert.scenario = value_of<std::string>(row, common::scenario_id);
    alert.handling = value_of<std::string>(row, common::handling);
    alert.releasable_to = value_of<geo::TextList>(row, common::releasable_to);
    alert.place = row.geometry;
    return alert;
}

Record row_of(const Alert& alert) {
    Record row;
    row.id = alert.id;
    row.geometry = alert.place;
    row.values.resize(alerts_layer().fields.size());
    const auto set = [&](const char* field, geo::Value value) { row.values[ordinal(field)] = std::move(value); };
    row.values[common::agency] = text_or_null(alert.agency);
    row.values[common::scenario_id] = text_or_null(alert.scenario);
    row.values[common::handling] = text_or_null(alert.handling);
    if (!alert.releasable_to.empty()) row.values[common::releasable_to] = alert.releasable_to;
    set("rule", alert.rule);
    set("cause", alert.cause);
    set("opened_at", alert.opened_at);
    if (alert.acknowledge_by) set("acknowledge_by", *alert.acknowledge_by);
    set("level", std::string{name(alert.level)});
    set("distress", alert.distress);
    set("subject_collection", alert.collection);
    set("subject", geo::to_string(alert.subject));
    set("said", alert.said);
    set("state", alert.state);
    set("assignee", text_or_null(alert.assignee));
    set("outcome", text_or_null(alert.outcome));
    set("log", geo::Json{alert.log});
    return row;
}

bool before(const Alert& a, const Alert& b) {
    const auto key = [](const Alert& x) {
        return std::tuple{!x.distress, -static_cast<int>(x.level), x.opened_at, x.id};
    };
    return key(a) < key(b);
}

const std::vector<std::string>& outcomes(bool distress) {
    static const std::vector<std::string> rescue{"found",      "assisted",     "handed_over",
                                                 "found_dead", "search_ended", "false_alarm"};
    static const std::vector<std::string> other{"handled", "handed_over", "no_action", "false_alarm"};
    return distress ? rescue : other;
}

bool needs_reason(std::string_view outcome) {
    constexpr std::array<std::string_view, 3> kNothingDone{"search_ended", "no_action", "false_alarm"};
    return std::ranges::find(kNothingDone, outcome) != kNothingDone.end();
}

Record with_step(const Record& row, const Step& step) {
    const auto& table = transitions();
    const auto found = std::ranges::find(table, step.name, &Transition::step);
    if (found == table.end()) throw Error{ErrorCode::invalid_input, "no step of an alert"};
    auto alert = alert_of(row);
    json log = json::parse(alert.log, nullptr, false);
    if (!log.is_array()) log = json::array();
    if (was_taken(log, step)) return row;
    if (std::ranges::find(found->from, alert.state) == found->from.end())
        throw Error{ErrorCode::conflict, "the alert is " + alert.state + ": this step is not possible from there"};
    if (log.size() >= kMostSteps) throw Error{ErrorCode::conflict, "the log of this alert is full"};
    if (step.name == "close" &&
        std::ranges::find(outcomes(alert.distress), step.outcome) == outcomes(alert.distress).end())
        throw Error{ErrorCode::invalid_geometry,
                    alert.distress ? "distress is closed with what became of the people: found, assisted, handed_over, "
                                     "found_dead, search_ended, false_alarm"
                                   : "one of: handled, handed_over, no_action, false_alarm",
                    "/outcome"};
    log.push_back(entry_of(step));
    Record next = row;
    next.values[ordinal("state")] = std::string{found->to};
    if (!step.to.empty()) next.values[ordinal("assignee")] = step.to;
    if (!step.outcome.empty()) next.values[ordinal("outcome")] = step.outcome;
    next.values[ordinal("log")] = geo::Json{log.dump()};
    return next;
}

} // namespace layers::alert
