#include "server/endpoints/alerts.hpp"

#include "layers/alert/sight.hpp"
#include "layers/alert/trial.hpp"
#include "layers/encode/json_text.hpp"
#include "server/endpoints/fusion.hpp"
#include "server/endpoints/rights.hpp"
#include "server/endpoints/stored_item.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::access::Caller;
using layers::access::Role;
using layers::alert::Alert;
using layers::alert::Rule;
using layers::alert::Sight;
using nlohmann::json;

constexpr std::int64_t kDay_us = 86'400'000'000;

void demand_reader(const Caller& caller) {
    demand_role(caller, {Role::agency_admin, Role::analyst, Role::planner, Role::field_unit, Role::viewer, Role::rescue,
                         Role::protection});
}

const Rule* rule_of(const std::string& id) {
    const auto& rules = layers::alert::built_in_rules();
    const auto found = std::ranges::find(rules, id, &Rule::id);
    return found == rules.end() ? nullptr : &*found;
}

json log_json(const Caller& caller, const Alert& alert) {
    auto log = json::parse(alert.log, nullptr, false);
    for (auto& entry : log)
        if (!knows_accounts_of(caller, entry.value("agency", ""))) entry.erase("account");
    return log;
}

json alert_json(const AppContext& context, const Request& request, const Caller& caller, const Alert& alert) {
    std::string place;
    layers::encode::append_geometry(place, alert.place);
    const auto* rule = rule_of(alert.rule);
    const auto subject = geo::to_string(alert.subject);
    const bool late = alert.state == "open" && alert.acknowledge_by && *alert.acknowledge_by < geo::now();
    return {{"id", geo::to_string(alert.id)},
            {"rule", alert.rule},
            {"title", rule ? rule->title : alert.rule},
            {"level", layers::alert::name(alert.level)},
            {"distress", alert.distress},
            {"said", alert.said},
            {"state", alert.state},
            {"opened_at", geo::to_rfc3339(alert.opened_at)},
            {"acknowledge_by", alert.acknowledge_by ? json(geo::to_rfc3339(*alert.acknowledge_by)) : json(nullptr)},
            {"late", late},
            {"assignee", text_or_null(alert.assignee)},
            {"outcome", text_or_null(alert.outcome)},
            {"outcomes", layers::alert::outcomes(alert.distress)},
            {"subject",
             {{"collection", alert.collection},
              {"id", subject},
              {"href", base_url(context, request) + "/collections/" + alert.collection + "/items/" + subject}}},
            {"geometry", json::parse(place)},
            {"handling", text_or_null(alert.handling)},
            {"log", log_json(caller, alert)}};
}

// Where a page ended, by what alerts are ordered by: none of it changes while an alert lives.
std::string cursor_of(const Alert& alert) {
    return std::string{alert.distress ? "1." : "0."} + layers::alert::name(alert.level) + "." +
           std::to_string(alert.opened_at.us) + "." + geo::to_string(alert.id);
}

Alert place_of(const std::string& cursor) {
    std::vector<std::string> parts{""};
    for (const char c : cursor) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    const Error bad{ErrorCode::invalid_input, "not a cursor of this page", "cursor"};
    if (parts.size() != 4 || (parts[0] != "0" && parts[0] != "1")) throw bad;
    const auto level = layers::alert::level_from(parts[1]);
    const auto id = geo::parse_uuid(parts[3]);
    if (!level || !id) throw bad;
    Alert place;
    place.distress = parts[0] == "1";
    place.level = *level;
    place.opened_at = {parse_integer(parts[2], "cursor")};
    place.id = *id;
    return place;
}

// No filter hides people in distress before somebody has closed it.
// `state` and `rule` are words of our own tables.
layers::query::ExpressionPtr wanted(const std::string& state, const std::string& rule) {
    const std::string states = state.empty() ? "state <> 'closed'" : "state = '" + state + "'";
    const std::string asked = (state == "any" ? "TRUE" : states) + (rule.empty() ? "" : " AND rule = '" + rule + "'");
    return layers::alert::over_alerts("(distress = TRUE AND state <> 'closed') OR (" + asked + ")");
}

Response get_alerts(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    demand_reader(caller);
    const auto state = params.text("state"), rule = params.text("rule");
    if (!rule.empty() && !rule_of(rule)) throw Error{ErrorCode::invalid_input, "no such rule", "rule"};
    std::optional<Alert> after;
    if (params.has("cursor")) after = place_of(params.text("cursor"));
    const auto limit = static_cast<std::size_t>(params.limit());
    Sight sight{*context.index, caller};
    const auto all = sight.list(wanted(state, rule), after);
    json list = json::array(), links = json::array();
    for (const auto& alert : all) {
        if (list.size() == limit) break;
        list.push_back(alert_json(context, request, caller, alert));
    }
    if (all.size() > limit) {
        std::string next = base_url(context, request) + "/alerts?cursor=" + cursor_of(all[limit - 1]);
        for (const auto& [name, value] : params.all())
            if (name != "cursor") next += "&" + name + "=" + url_encode(value);
        links.push_back(link(next, "next", "application/json"));
    }
    return no_store(json_response({{"alerts", std::move(list)}, {"links", std::move(links)}}));
}

// Error{not_found} in the same words whether it isn't there or not for this caller.
Alert alert_at(const AppContext& context, const Caller& caller, const std::string& text) {
    const auto id = geo::parse_uuid(text);
    auto alert = id ? Sight{*context.index, caller}.find(*id) : std::nullopt;
    if (!alert) throw Error{ErrorCode::not_found, "no such alert"};
    return *std::move(alert);
}

Response get_alert(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    demand_reader(caller);
    return no_store(json_response(alert_json(context, request, caller, alert_at(context, caller, path.text("alert")))));
}

layers::alert::Step read_step(const Caller& caller, const Request& request, const std::string& name) {
    const json body = request.body.empty() ? json::object() : read_object_body(request.body);
    layers::alert::Step step;
    step.name = name;
    step.agency = caller.agency;
    step.account = caller.account;
    step.at = geo::now();
    step.why = text_member(body, "why");
    only_members(body, name == "assign"  ? std::initializer_list<std::string_view>{"id", "why", "to"}
                       : name == "close" ? std::initializer_list<std::string_view>{"id", "why", "outcome"}
                                         : std::initializer_list<std::string_view>{"id", "why"});
    if (body.contains("id")) step.id = geo::to_string(uuid_member(body, "id"));
    if (name == "assign" && (step.to = text_member(body, "to")).empty())
        throw Error{ErrorCode::invalid_geometry, "to whom: a unit, a desk or an account", "/to"};
    if (name == "close") {
        step.outcome = text_member(body, "outcome");
        if (layers::alert::needs_reason(step.outcome) && step.why.empty())
            throw Error{ErrorCode::invalid_geometry, "this outcome needs a reason", "/why"};
    }
    return step;
}

Response take(AppContext& context, Request& request, const PathParams& path, const Params& params,
              const std::string& name, std::initializer_list<Role> roles) {
    const auto caller = reading_caller(context, request, params);
    demand_role(caller, roles);
    const auto alert = alert_at(context, caller, path.text("alert"));
    layers::store::Write write;
    write.op = layers::store::Op::replace;
    write.layer = layers::alert::alerts_layer().id;
    write.record.id = alert.id;
    write.account = caller.account;
    write.amend = [step = read_step(caller, request, name)](const auto& current, auto& next) {
        next = layers::alert::with_step(current, step);
    };
    commit(context, std::move(write));
    return no_store(json_response(alert_json(context, request, caller, alert_at(context, caller, path.text("alert")))));
}

Response acknowledge(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return take(context, request, path, params, "acknowledge",
                {Role::agency_admin, Role::analyst, Role::rescue, Role::planner});
}

Response assign(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return take(context, request, path, params, "assign", {Role::agency_admin, Role::analyst, Role::rescue});
}

Response escalate(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return take(context, request, path, params, "escalate", {Role::agency_admin, Role::analyst, Role::rescue});
}

Response close(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return take(context, request, path, params, "close", {Role::agency_admin, Role::analyst, Role::rescue});
}

json rule_json(const Rule& rule) {
    return {{"id", rule.id},
            {"title", rule.title},
            {"collection", rule.collection},
            {"filter", rule.filter},
            {"level", layers::alert::name(rule.level)},
            {"distress", rule.distress},
            {"acknowledge_min", rule.acknowledge_min ? json(*rule.acknowledge_min) : json(nullptr)},
            {"cause", layers::alert::name(rule.cause)},
            {"due", text_or_null(rule.due)},
            {"no_older_than_h", rule.no_older_than_h ? json(*rule.no_older_than_h) : json(nullptr)},
            {"outcomes", layers::alert::outcomes(rule.distress)}};
}

Response get_rules(AppContext& context, Request& request, const PathParams&, const Params& params) {
    demand_reader(reading_caller(context, request, params));
    json list = json::array();
    for (const auto& rule : layers::alert::built_in_rules()) list.push_back(rule_json(rule));
    return no_store(json_response({{"rules", std::move(list)}}));
}

Response try_rule(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    demand_role(caller, {Role::agency_admin, Role::analyst, Role::rescue});
    const auto* rule = rule_of(path.text("rule"));
    if (!rule) throw Error{ErrorCode::not_found, "no such rule"};
    const auto to = geo::now();
    const geo::Instant from{to.us - *params.integer("days") * kDay_us};
    const auto found = layers::alert::trial(*rule, *context.index, *context.store, caller, from, to, request.stop);
    json weeks = json::array(), latest = json::array();
    for (const auto& [week, count] : found.weeks) weeks.push_back({{"week", week}, {"alerts", count}});
    for (const auto& id : found.latest) latest.push_back(geo::to_string(id));
    return no_store(json_response({{"rule", rule->id},
                                   {"title", rule->title},
                                   {"from", geo::to_rfc3339(from)},
                                   {"to", geo::to_rfc3339(to)},
                                   {"alerts", found.alerts},
                                   {"weeks", std::move(weeks)},
                                   {"latest", {{"collection", rule->collection}, {"ids", std::move(latest)}}}}));
}

Param alert_param() {
    return {.name = "alert", .description = "Id of an alert", .in_path = true, .required = true};
}

Body answer(const char* what) {
    return {.media_types = {"application/json"}, .schema = {}, .description = what};
}

Endpoint step_endpoint(const char* step, const char* operation, const char* summary, Handler handler) {
    return {.method = "POST",
            .path = std::string{"/alerts/{alert}/"} + step,
            .operation_id = operation,
            .summary = summary,
            .tag = "Alerts",
            .params = {alert_param(), scenario_param()},
            .handler = handler,
            .answer = answer("The alert as it is now, with its log"),
            .request = answer("The step; with an `id` (UUID) sent again it changes nothing"),
            .problems = {401, 403, 409, 422, 503, 507}};
}

} // namespace

std::vector<Endpoint> alert_endpoints() {
    return {
        {.method = "GET",
         .path = "/alerts",
         .operation_id = "getAlerts",
         .summary = "Alerts about what the caller may see: distress first, then by level, then the oldest; those not "
                    "closed unless state= says otherwise. Distress that is not closed is never filtered away",
         .tag = "Alerts",
         .params = {{.name = "state",
                     .kind = ParamKind::choice,
                     .description = "Only in this state",
                     .choices = {"open", "acknowledged", "assigned", "escalated", "closed", "any"}},
                    {.name = "rule", .description = "Only of this rule", .max_bytes = 64},
                    {.name = "cursor", .description = "From the link `next` of a page", .max_bytes = 128},
                    {.name = "limit",
                     .kind = ParamKind::limit,
                     .description = "At most so many",
                     .maximum = 1000,
                     .default_value = 100},
                    scenario_param()},
         .handler = get_alerts,
         .answer = answer("A page of alerts"),
         .problems = {401, 403}},
        {.method = "GET",
         .path = "/alerts/rules",
         .operation_id = "getAlertRules",
         .summary = "The rules: a filter over a collection each, with level and the time to acknowledge",
         .tag = "Alerts",
         .params = {scenario_param()},
         .handler = get_rules,
         .answer = answer("The rules, distress first"),
         .problems = {401, 403}},
        {.method = "POST",
         .path = "/alerts/rules/{rule}/trial",
         .operation_id = "tryAlertRule",
         .summary = "Dry run over the stored rows that the caller may see: how many alerts the rule would have raised, "
                    "by week; raises none",
         .tag = "Alerts",
         .params = {{.name = "rule", .description = "Id of a rule", .in_path = true, .required = true},
                    {.name = "days",
                     .kind = ParamKind::integer,
                     .description = "How far back",
                     .minimum = 1,
                     .maximum = 3660,
                     .default_value = 365},
                    scenario_param()},
         .handler = try_rule,
         .answer = answer("Counts by week (the Monday it begins with, UTC) and the latest subjects"),
         .problems = {401, 403, 503}},
        {.method = "GET",
         .path = "/alerts/{alert}",
         .operation_id = "getAlert",
         .summary = "One alert with its log",
         .tag = "Alerts",
         .params = {alert_param(), scenario_param()},
         .handler = get_alert,
         .answer = answer("The alert"),
         .problems = {401, 403}},
        step_endpoint("acknowledge", "acknowledgeAlert", "Say that somebody has it in hand: {why}", acknowledge),
        step_endpoint("assign", "assignAlert", "Give it to a unit, a desk or an account: {to, why}", assign),
        step_endpoint("escalate", "escalateAlert", "Hand it up: {why}", escalate),
        step_endpoint("close", "closeAlert",
                      "Close it: {outcome, why}; distress with what became of the people (`outcomes` of the alert)",
                      close),
    };
}

} // namespace server
