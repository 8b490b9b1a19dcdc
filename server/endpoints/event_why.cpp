#include "server/endpoints/event_why.hpp"

#include "geo/geodesic.hpp"
#include "layers/access/caller.hpp"
#include "layers/query/record_row.hpp"
#include "layers/store/store.hpp"
#include "server/endpoints/editing.hpp"
#include "server/endpoints/fusion.hpp"
#include "server/endpoints/rights.hpp"
#include "server/endpoints/stored_item.hpp"
#include "server/live/live.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::Record;
using layers::access::Caller;
using layers::access::Role;
using layers::fuse::Explanation;
using nlohmann::json;

Explanation explained(const AppContext& context, const Caller& caller, const PathParams& path) {
    readable_layer(context, caller, "events"); // throws for one who reads none
    const auto id = geo::parse_uuid(path.text("fid"));
    auto explanation = id ? live_of(context).pictures.explain(caller, *id) : std::nullopt;
    if (!explanation) throw Error{ErrorCode::not_found, "no such item"};
    return std::move(*explanation);
}

json best_json(const layers::fuse::Best& best) {
    if (!best.report) return nullptr;
    return {{"report", geo::to_string(best.report->id)}, {"reason", best.reason}};
}

// Each report as its owner tells it, and how far it stands from the place that the event has.
json members_json(const ReadableLayer& reports, const Explanation& event) {
    json members = json::array();
    for (const auto& member : event.members) {
        json one{{"report", report_json(reports, member.id)},
                 {"withdrawn", layers::fuse::withdrawn(reports.layer(), member)}};
        const auto* best = event.place.report;
        const auto is_point = [](const Record& r) { return r.geometry.type == geo::GeometryType::point; };
        one["from_place_m"] =
            best && is_point(*best) && is_point(member)
                ? json(std::round(geo::inverse(best->geometry.points[0], member.geometry.points[0]).distance_m))
                : json(nullptr);
        members.push_back(std::move(one));
    }
    return members;
}

json pairs_json(const AppContext& context, const Caller& caller, const Explanation& event,
                const std::stop_token& stop) {
    constexpr std::size_t kMostPairs = 200;
    std::vector<geo::Uuid> members;
    for (const auto& member : event.members) members.push_back(member.id);
    json pairs = json::array();
    for (const auto& assessed : context.live->suggestions.pairs_among(caller, members, stop)) {
        if (pairs.size() == kMostPairs) break;
        pairs.push_back(pair_json(context, caller, assessed));
    }
    return pairs;
}

// Trafficking (0204) and smuggling (08051) each for itself, with what each report says of it.
json status_json(const ReadableLayer& reports, const Explanation& event, const char* field) {
    json by = json::array();
    const auto ordinal = *reports.layer().find(field);
    for (const auto& member : event.members)
        if (const auto* status = std::get_if<std::string>(&member.values[ordinal]))
            by.push_back({{"report", geo::to_string(member.id)}, {"status", *status}});
    return by;
}

json get_label(const Explanation& event) {
    layers::access::Label label;
    for (const auto& member : event.members) label.add(member);
    return {{"handling", "H" + std::to_string(label.handling)}, {"releasable_to", label.releasable_to}};
}

json across_json(const ReadableLayer& reports, const Explanation& event) {
    json linked = json::array();
    for (const auto& id : event.across)
        if (auto report = report_json(reports, id); !report.is_null()) linked.push_back(std::move(report));
    return linked;
}

// Words about an event may tell of every report that their author's agency saw in it: they are for whoever sees those.
bool may_read_words(const AppContext& context, const Caller& caller, const Explanation& event,
                    const layers::fuse::EventStatement& statement) {
    if (knows_accounts_of(caller, statement.agency)) return true;
    Caller author;
    author.agency = statement.agency;
    author.scenario = caller.scenario;
    author.roles = {Role::analyst, Role::rescue};
    auto& pictures = context.live->pictures;
    const auto theirs = pictures.event_of(author, statement.event);
    const auto seen = theirs ? pictures.explain(author, *theirs) : std::nullopt;
    return seen && std::ranges::all_of(seen->members, [&](const Record& member) {
               return std::ranges::any_of(event.members, [&](const Record& own) { return own.id == member.id; });
           });
}

json statement_json(const AppContext& context, const Caller& caller, const Explanation& event,
                    const layers::fuse::EventStatement& statement) {
    json out{{"id", geo::to_string(statement.id)},
             {"state", statement.state},
             {"agency", text_or_null(statement.agency)},
             {"why", may_read_words(context, caller, event, statement) ? json(statement.why) : json(nullptr)},
             {"at", geo::to_rfc3339(statement.at)}};
    if (knows_accounts_of(caller, statement.agency)) out["account"] = statement.account;
    return out;
}

Response get_why(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const auto reports = readable_layer(context, caller, "reports");
    const auto event = explained(context, caller, path);
    json conflicts = json::array(), contested = json::array(), judgements = json::array(), statements = json::array();
    for (const auto& conflict : event.conflicts)
        conflicts.push_back({{"field", conflict.field},
                             {"one", geo::to_string(conflict.one)},
                             {"other", geo::to_string(conflict.other)},
                             {"said", conflict.said}});
    for (const auto& pair : event.about.contested)
        contested.push_back({{"a", geo::to_string(pair.first)}, {"b", geo::to_string(pair.second)}});
    for (const auto& judgement : event.about.judgements) judgements.push_back(judgement_json(caller, judgement));
    for (const auto& statement : event.about.statements)
        statements.push_back(statement_json(context, caller, event, statement));
    json out{{"event", geo::to_string(event.event)},
             {"members", members_json(reports, event)},
             {"place", best_json(event.place)},
             {"time", best_json(event.time)},
             {"trafficking_0204", status_json(reports, event, "tip_status")},
             {"smuggling_08051", status_json(reports, event, "som_status")},
             {"conflicts", std::move(conflicts)},
             {"contested", std::move(contested)},
             {"pairs", pairs_json(context, caller, event, request.stop)},
             {"judgements", std::move(judgements)},
             {"statements", std::move(statements)},
             {"linked_across_purpose_wall", across_json(reports, event)},
             {"split_from", text_or_null(event.about.split_from)},
             {"label", get_label(event)}};
    return no_store(json_response(out));
}

// Everything that made the event what it is, in the order in which it was stored: versions of its reports, judgements,
// states.
Response get_event_history(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const auto event = explained(context, caller, path);
    const auto readable = readable_layer(context, caller, "reports");
    std::vector<std::pair<geo::Instant, json>> entries;
    for (const auto& member : event.members) {
        for (const auto& version : context.store->history("reports", member.id)) {
            if (version.removed || !layers::query::passes(readable.policy.filter, version.record)) continue;
            const auto* at = std::get_if<geo::Instant>(&version.record.values[layers::common::recorded_at]);
            const auto owner = owner_of(version.record);
            entries.push_back({at ? *at : geo::Instant{},
                               {{"what", version.record.version == 1 ? "reported" : "report changed"},
                                {"report", geo::to_string(member.id)},
                                {"version", version.record.version},
                                {"agency", text_or_null(owner)}}});
        }
    }
    for (const auto& judgement : event.about.judgements) {
        auto entry = judgement_json(caller, judgement);
        entry["what"] = "judged";
        entries.emplace_back(judgement.at, std::move(entry));
    }
    for (const auto& statement : event.about.statements) {
        auto entry = statement_json(context, caller, event, statement);
        entry["what"] = "state";
        entries.emplace_back(statement.at, std::move(entry));
    }
    std::ranges::stable_sort(entries, {}, &std::pair<geo::Instant, json>::first);
    json list = json::array();
    for (auto& [at, entry] : entries) {
        entry["at"] = geo::to_rfc3339(at);
        list.push_back(std::move(entry));
    }
    auto response = document_response(context, request, params, "History", {{"history", std::move(list)}});
    private_answer(request, response);
    return response;
}

Response post_event_statement(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    demand_role(caller, {Role::agency_admin, Role::analyst, Role::rescue});
    const json body = read_object_body(request.body);
    only_members(body, {"id", "state", "why"});
    const auto event = explained(context, caller, path);
    const auto reports = readable_layer(context, caller, "reports");
    const auto layer = context.store->catalogue().find("event_statements");
    const auto& states = layer->fields.at(*layer->find("state")).values;
    const auto state = body.find("state");
    if (state == body.end() || !state->is_string() ||
        std::ranges::find(states, state->get<std::string>()) == states.end())
        throw Error{ErrorCode::invalid_geometry, "one of: open, assigned, closed, did_not_happen", "/state"};
    // Who is in distress isn't given up by whoever doesn't go out to look (domain.md, Alerts).
    if (*state != "open" && *state != "assigned" &&
        layers::fuse::is_rescue(*reports.view->layer, event.members.front()))
        demand_role(caller, {Role::rescue});
    const auto why = text_member(body, "why");
    if (*state == "did_not_happen" && why.empty())
        throw Error{ErrorCode::invalid_geometry, "that something did not happen needs a reason", "/why"};
    layers::fuse::EventStatement statement{.id = body.contains("id") ? uuid_member(body, "id") : geo::make_uuid7(),
                                           .seq = 0,
                                           .event = event.event,
                                           .state = state->get<std::string>(),
                                           .agency = caller.agency,
                                           .account = caller.account,
                                           .why = why,
                                           .at = {}};
    layers::store::Write write;
    write.layer = layer->id;
    write.record = layers::fuse::row_of(*layer, statement, caller.scenario);
    write.account = caller.account;
    write.skip_if_same = true;
    const bool fresh = commit(context, std::move(write)).outcome != layers::store::Outcome::unchanged;
    const auto events = readable_layer(context, caller, "events");
    const auto found = events.view->find(event.event);
    if (!found) throw Error{ErrorCode::not_found, "no such item"};
    Response response;
    response.status = fresh ? 201 : 200;
    response.set("content-type", "application/geo+json");
    auto text = item_text(events, *found->piece->segment, found->row);
    response.set("etag", text.etag);
    response.body = std::move(text.feature);
    return no_store(std::move(response));
}

} // namespace

std::vector<Endpoint> event_why_endpoints() {
    return {{.method = "GET",
             .path = "/collections/events/items/{fid}/why",
             .operation_id = "getWhy",
             .summary = "The event taken apart: its reports, why this place and time, contradictions, scores, who "
                        "judged what",
             .tag = "Fusion",
             .params = {item_id_param(), scenario_param()},
             .handler = get_why,
             .answer = {.media_types = {"application/json"}, .schema = {}, .description = "Why it is what it is"},
             .problems = {401, 503}},
            {.method = "GET",
             .path = "/collections/events/items/{fid}/history",
             .operation_id = "getEventHistory",
             .summary = "What made the event, in order: its reports and their versions, judgements, states",
             .tag = "Fusion",
             .params = {item_id_param(), scenario_param(), format_param()},
             .handler = get_event_history,
             .answer = {.media_types = {"application/json", "text/html"}, .schema = {}, .description = "Its history"},
             .problems = {401}},
            {.method = "POST",
             .path = "/collections/events/items/{fid}/statements",
             .operation_id = "sayOfEvent",
             .summary = "Set the event's state: {state: open, assigned, closed or did_not_happen, why}",
             .tag = "Fusion",
             .params = {item_id_param(), scenario_param()},
             .handler = post_event_statement,
             .answer = {.media_types = {"application/geo+json"}, .schema = {}, .description = "The event as it is now"},
             .request = {.media_types = {"application/json"}, .schema = {}, .description = "The state"},
             .status = 201,
             .problems = {401, 403, 422, 503, 507}}};
}

} // namespace server
