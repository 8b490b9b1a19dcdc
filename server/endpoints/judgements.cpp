#include "server/endpoints/judgements.hpp"

#include "layers/store/store.hpp"
#include "server/endpoints/editing.hpp"
#include "server/endpoints/fusion.hpp"
#include "server/endpoints/rights.hpp"
#include "server/http/error_status.hpp"
#include "server/live/live.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::access::Caller;
using layers::access::Role;
using layers::fuse::Judgement;
using layers::fuse::Verdict;
using nlohmann::json;

constexpr std::size_t kMostAtOnce = 500;

struct Wanted {
    Judgement judgement;
    std::optional<std::string> basis; // id of the newest judgement that the judge knew of; "": of none
};

Wanted read_judgement(const Caller& caller, const json& body, const std::string& parent) {
    if (!body.is_object()) throw Error{ErrorCode::invalid_geometry, "a judgement is an object", parent};
    only_members(body, {"id", "a", "b", "verdict", "why", "basis"}, parent);
    Wanted wanted;
    const auto a = uuid_member(body, "a", parent), b = uuid_member(body, "b", parent);
    if (a == b) throw Error{ErrorCode::invalid_geometry, "a pair is of two reports", pointer_to(parent, "b")};
    const auto verdict = body.find("verdict");
    const auto known = verdict != body.end() && verdict->is_string()
                           ? layers::fuse::verdict_from(verdict->get<std::string>())
                           : std::nullopt;
    if (!known)
        throw Error{ErrorCode::invalid_geometry, "one of: same, different, unsure, none",
                    pointer_to(parent, "verdict")};
    const auto id = client_id(body, parent);
    wanted.judgement = {.id = id ? *id : geo::make_uuid7(),
                        .seq = 0,
                        .pair = layers::fuse::pair_of(a, b),
                        .verdict = *known,
                        .agency = caller.agency,
                        .account = caller.account,
                        .why = text_member(body, "why", parent),
                        .at = {}};
    if (const auto basis = body.find("basis"); basis != body.end())
        wanted.basis = basis->is_null() ? "" : geo::to_string(uuid_member(body, "basis", parent));
    return wanted;
}

// A refusal that shows what it is about: a problem document with more members.
Response refused(const Request& request, ErrorCode code, const std::string& why, json more) {
    auto response =
        http::problem(Error{code, why}, std::string_view{request.target}.substr(0, request.target.find('?')));
    auto document = json::parse(std::get<std::string>(response.body));
    document.update(more);
    response.body = document.dump();
    return response;
}

// Why this judgement can't be; nothing when it can.
std::optional<Response> obstacle(const Request& request, const Caller& caller, const Wanted& wanted,
                                 const layers::fuse::Standing& standing) {
    if (wanted.basis) {
        const auto newest = standing.so_far.empty() ? std::string{} : geo::to_string(standing.so_far.back().id);
        if (newest != *wanted.basis) {
            json so_far = json::array();
            for (const auto& judgement : standing.so_far) so_far.push_back(judgement_json(caller, judgement));
            return refused(request, ErrorCode::precondition_failed, "somebody has judged this pair meanwhile",
                           {{"so_far", std::move(so_far)}});
        }
    }
    if (standing.path.empty()) return {};
    json path = json::array();
    for (const auto& id : standing.path) path.push_back(geo::to_string(id));
    json more{{"path", std::move(path)}};
    if (standing.against) more["against"] = judgement_json(caller, *standing.against);
    return refused(request, ErrorCode::conflict,
                   wanted.judgement.verdict == Verdict::same
                       ? "this would make one event of two reports that are judged different"
                       : "other judgements tie these two together",
                   std::move(more));
}

layers::store::Write write_of(const AppContext& context, const Caller& caller, const Judgement& judgement) {
    layers::store::Write write;
    write.layer = "judgements";
    write.record = layers::fuse::row_of(*context.store->catalogue().find("judgements"), judgement, caller.scenario);
    write.account = caller.account;
    write.skip_if_same = true; // sent again after a lost answer
    return write;
}

bool is_again(const Judgement& known, const Judgement& sent) {
    return known.pair == sent.pair && known.verdict == sent.verdict && known.agency == sent.agency &&
           known.account == sent.account && known.why == sent.why;
}

json outcome_json(const Judgement& judgement, const char* wall, const std::optional<geo::Uuid>* events_of_both) {
    json events = json::array();
    for (const auto* event : {events_of_both, events_of_both + 1})
        if (*event) events.push_back(geo::to_string(**event));
    json out{{"id", geo::to_string(judgement.id)},
             {"a", geo::to_string(judgement.pair.first)},
             {"b", geo::to_string(judgement.pair.second)},
             {"verdict", layers::fuse::name(judgement.verdict)},
             {"events", std::move(events)}};
    if (wall) out["note"] = wall;
    return out;
}

Response post_judgements(AppContext& context, Request& request, const PathParams&, const Params& params) {
    auto& live = live_of(context);
    const auto caller = reading_caller(context, request, params);
    demand_role(caller, {Role::agency_admin, Role::analyst, Role::rescue});
    const json body = read_object_body(request.body);
    const bool many = body.contains("judgements");
    std::vector<Wanted> wanted;
    if (many) {
        only_members(body, {"judgements"});
        const auto& list = body["judgements"];
        if (!list.is_array() || list.empty() || list.size() > kMostAtOnce)
            throw Error{ErrorCode::invalid_geometry, "a list of 1 to 500 judgements", "/judgements"};
        for (std::size_t i = 0; i < list.size(); ++i)
            wanted.push_back(read_judgement(caller, list[i], "/judgements/" + std::to_string(i)));
    } else {
        wanted.push_back(read_judgement(caller, body, ""));
    }

    // All or none: what is judged together is looked at together, and is one commit.
    const std::lock_guard lock{live.judging};
    std::vector<layers::fuse::Wanted> trial;
    for (const auto& one : wanted) trial.push_back({one.judgement.pair, one.judgement.verdict});
    const auto standings = live.pictures.trial(caller, trial);
    std::vector<layers::store::Write> writes;
    std::set<geo::Uuid> ids;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& one = wanted[i];
        if (!standings[i].seen) throw Error{ErrorCode::not_found, "no such report"};
        const auto pointer = many ? "/judgements/" + std::to_string(i) + "/id" : std::string{"/id"};
        if (!ids.insert(one.judgement.id).second) throw Error{ErrorCode::conflict, "two judgements of one id", pointer};
        if (const auto known = live.pictures.judgement(one.judgement.id)) {
            if (!is_again(*known, one.judgement)) throw Error{ErrorCode::conflict, "this id is taken", pointer};
            continue; // sent again after a lost answer
        }
        if (auto no = obstacle(request, caller, one, standings[i])) {
            auto document = json::parse(std::get<std::string>(no->body));
            if (many) document["pointer"] = "/judgements/" + std::to_string(i);
            no->body = document.dump();
            return std::move(*no);
        }
        writes.push_back(write_of(context, caller, one.judgement));
    }
    if (!writes.empty())
        for (const auto& item : context.store->write(std::move(writes)).get())
            if (item.error) throw *item.error;
    std::vector<geo::Uuid> reports;
    for (const auto& one : wanted) reports.insert(reports.end(), {one.judgement.pair.first, one.judgement.pair.second});
    const auto events = live.pictures.events_of(caller, reports);
    json done = json::array();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        done.push_back(outcome_json(wanted[i].judgement, standings[i].wall, &events[2 * i]));
        live.claims.release(wanted[i].judgement.pair);
    }
    return no_store(
        json_response(many ? json{{"judgements", std::move(done)}} : std::move(done[0]), "application/json", 201));
}

Response get_judgements(AppContext& context, Request& request, const PathParams&, const Params& params) {
    auto& live = live_of(context);
    const auto caller = reading_caller(context, request, params);
    readable_layer(context, caller, "events"); // throws for one who reads none
    std::optional<geo::Uuid> before;
    if (params.has("cursor")) {
        before = geo::parse_uuid(params.text("cursor"));
        if (!before) throw Error{ErrorCode::invalid_input, "not a cursor of this page", "cursor"};
    }
    const auto limit = static_cast<std::size_t>(params.limit());
    json list = json::array();
    for (const auto& judgement : live.pictures.judgements(caller, before, limit))
        list.push_back(judgement_json(caller, judgement));
    json links = json::array();
    if (list.size() == limit)
        links.push_back(link(base_url(context, request) + "/judgements?limit=" + std::to_string(limit) +
                                 "&cursor=" + list.back()["id"].get<std::string>(),
                             "next", "application/json"));
    return no_store(json_response({{"judgements", std::move(list)}, {"links", std::move(links)}}));
}

} // namespace

std::vector<Endpoint> judgement_endpoints() {
    return {{.method = "GET",
             .path = "/judgements",
             .operation_id = "getJudgements",
             .summary = "What was judged about pairs of reports of which the caller sees both, newest first",
             .tag = "Fusion",
             .params = {{.name = "cursor", .description = "From the link `next` of a page", .max_bytes = 64},
                        {.name = "limit",
                         .kind = ParamKind::limit,
                         .description = "At most so many",
                         .maximum = 1000,
                         .default_value = 100},
                        scenario_param()},
             .handler = get_judgements,
             .answer = {.media_types = {"application/json"}, .schema = {}, .description = "A page of judgements"},
             .problems = {401}},
            {.method = "POST",
             .path = "/judgements",
             .operation_id = "judge",
             .summary =
                 "Judge a pair of reports: same, different, unsure, or none (as if nobody had judged). {a, b, verdict, "
                 "why, basis, id}, or {judgements: […]} for up to 500, all or none. `basis` is the newest judgement "
                 "that the judge knew of, null for none: another one is 412. What contradicts is 409 with the path",
             .tag = "Fusion",
             .params = {scenario_param()},
             .handler = post_judgements,
             .answer = {.media_types = {"application/json"},
                        .schema = {},
                        .description = "The judgement, and the events that both reports now belong to"},
             .request = {.media_types = {"application/json"}, .schema = {}, .description = "One judgement, or a list"},
             .status = 201,
             .problems = {401, 403, 409, 412, 422, 503, 507},
             .deadline = std::chrono::seconds{30}}}; // five hundred at once; what is committed is not called too late
}

} // namespace server
