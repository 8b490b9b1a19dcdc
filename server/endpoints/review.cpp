#include "server/endpoints/review.hpp"

#include "server/endpoints/editing.hpp"
#include "server/endpoints/fusion.hpp"
#include "server/endpoints/rights.hpp"
#include "server/endpoints/stored_item.hpp"
#include "server/live/live.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::access::Caller;
using layers::access::Role;
using layers::fuse::Assessed;
using layers::fuse::Verdict;
using nlohmann::json;

constexpr double kLeastShown = 0.5; // domain.md, Fusion 4: below, two reports are taken to be apart
constexpr double kLeastCandidate = 0.05;

using layers::fuse::Question;

std::vector<Question> questions(live::Live& live, const Caller& caller, const std::vector<Assessed>& pairs) {
    std::vector<layers::fuse::Pair> wanted;
    for (const auto& assessed : pairs) wanted.push_back(layers::fuse::pair_of(assessed.pair.a, assessed.pair.b));
    return live.pictures.questions(caller, wanted);
}

json entry(const AppContext& context, const Caller& caller, const ReadableLayer& reports, const Assessed& assessed,
           const Question& question, const std::string& desk) {
    auto& live = *context.live;
    json out = pair_json(context, caller, assessed);
    out["reports"] = {report_json(reports, assessed.pair.a), report_json(reports, assessed.pair.b)};
    json events = json::array();
    for (const auto& event : live.pictures.events_of(caller, {assessed.pair.a, assessed.pair.b}))
        events.push_back(event ? json(geo::to_string(*event)) : json(nullptr));
    out["events"] = std::move(events);
    out["basis"] = question.newest ? json(geo::to_string(question.newest->id)) : json(nullptr);
    out["judged"] = question.newest ? judgement_json(caller, *question.newest) : json(nullptr);
    const auto claim = live.claims.of(layers::fuse::pair_of(assessed.pair.a, assessed.pair.b));
    const bool mine = claim && claim->account == caller.account && claim->desk == desk;
    out["claimed_by"] = claim && !mine ? json{{"agency", claim->agency}} : json(nullptr);
    return out;
}

bool in_box(const ReadableLayer& reports, const geo::Uuid& id, const BBox& bbox) {
    const auto found = reports.view->find(id);
    if (!found) return false;
    const auto box = found->piece->segment->geometry(found->row).box();
    return std::ranges::any_of(bbox.boxes(), [&](const geo::Box& b) { return b.intersects(box); });
}

// Distress before everything, then the likeliest.
void put_distress_first(std::vector<Assessed>& pairs, const ReadableLayer& reports) {
    const auto kind = *reports.layer().find("kind"), phase = *reports.layer().find("sar_phase");
    const auto urgent = [&](const geo::Uuid& id) {
        const auto found = reports.view->find(id);
        if (!found) return false;
        const auto text = [&](std::size_t ordinal) {
            const auto value = found->piece->segment->column(ordinal).value(found->row);
            const auto* said = std::get_if<std::string>(&value);
            return said ? *said : std::string{};
        };
        return text(kind) == "distress" || text(phase) == "distress";
    };
    std::ranges::stable_partition(pairs, [&](const Assessed& p) { return urgent(p.pair.a) || urgent(p.pair.b); });
}

Response get_queue(AppContext& context, Request& request, const PathParams&, const Params& params) {
    auto& live = live_of(context);
    const auto caller = reading_caller(context, request, params);
    const auto reports = readable_layer(context, caller, "reports");
    const double least = params.number("least").value_or(kLeastShown);
    if (!(least >= 0 && least <= 1)) throw Error{ErrorCode::invalid_input, "a probability, 0 to 1", "least"};
    auto pairs = live.suggestions.pairs(caller, least, request.stop);
    if (const auto bbox = params.bbox()) {
        if (bbox->crs != "OGC:CRS84") throw Error{ErrorCode::invalid_input, "bbox is lon,lat here", "bbox"};
        std::erase_if(pairs, [&](const Assessed& p) {
            return !in_box(reports, p.pair.a, *bbox) && !in_box(reports, p.pair.b, *bbox);
        });
    }
    put_distress_first(pairs, reports);
    const auto limit = static_cast<std::size_t>(params.limit());
    const auto wanted = params.text("show", "open");
    json list = json::array();
    std::size_t open = 0, unsure = 0, resubmitted = 0;
    const auto asked = questions(live, caller, pairs);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto& assessed = pairs[i];
        const auto& question = asked[i];
        if (question.settled) continue;
        const bool doubted = question.newest && question.newest->verdict == Verdict::unsure;
        ++(doubted ? unsure : open);
        if (!doubted) resubmitted += assessed.pair.resubmission;
        if (doubted != (wanted == "unsure") || list.size() >= limit) continue;
        auto one = entry(context, caller, reports, assessed, question, params.text("desk"));
        // A row that left meanwhile: the next look has it right.
        if (one["reports"][0].is_null() || one["reports"][1].is_null()) continue;
        list.push_back(std::move(one));
    }
    return no_store(
        json_response({{"pairs", std::move(list)},
                       {"open", open},
                       {"unsure", unsure},
                       {"resubmissions", resubmitted},
                       {"compared", "every report with each other of near place and time that you may see"}}));
}

Response post_claim(AppContext& context, Request& request, const PathParams&, const Params& params) {
    auto& live = live_of(context);
    const auto caller = reading_caller(context, request, params);
    demand_role(caller, {Role::agency_admin, Role::analyst, Role::rescue});
    const json body = read_object_body(request.body);
    only_members(body, {"a", "b", "desk"});
    const auto pair = layers::fuse::pair_of(uuid_member(body, "a"), uuid_member(body, "b"));
    if (!live.pictures.trial(caller, {{pair, Verdict::same}})[0].seen)
        throw Error{ErrorCode::not_found, "no such report"};
    const auto holder = live.claims.take(
        pair, {.account = caller.account, .agency = caller.agency, .desk = text_member(body, "desk"), .until = {}});
    if (holder)
        return no_store(json_response({{"claimed", false}, {"by", {{"agency", holder->agency}}}}, "application/json"));
    return no_store(json_response({{"claimed", true}, {"seconds", live::Claims::kLasts.count()}}, "application/json"));
}

Response get_candidates(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    auto& live = live_of(context);
    const auto caller = reading_caller(context, request, params);
    const auto reports = readable_layer(context, caller, "reports");
    const auto id = geo::parse_uuid(path.text("fid"));
    if (!id || report_json(reports, *id).is_null()) throw Error{ErrorCode::not_found, "no such item"};
    json list = json::array();
    const auto pairs = live.suggestions.pairs_of(caller, *id, request.stop);
    const auto asked = questions(live, caller, pairs);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto& assessed = pairs[i];
        if (assessed.probability < kLeastCandidate && assessed.decision != layers::fuse::Decision::person) continue;
        if (list.size() >= static_cast<std::size_t>(params.limit())) break;
        auto one = entry(context, caller, reports, assessed, asked[i], {});
        if (!one["reports"][0].is_null() && !one["reports"][1].is_null()) list.push_back(std::move(one));
    }
    return no_store(json_response({{"pairs", std::move(list)}}));
}

} // namespace

std::vector<Endpoint> review_endpoints() {
    const Param limit{.name = "limit",
                      .kind = ParamKind::limit,
                      .description = "At most so many pairs",
                      .maximum = 200,
                      .default_value = 20};
    const Body pairs{.media_types = {"application/json"},
                     .schema = {},
                     .description = "Pairs with both reports, the score and its terms, and what stands about them"};
    return {
        {.method = "GET",
         .path = "/judgements/queue",
         .operation_id = "getReviewQueue",
         .summary = "Pairs of reports that a person should judge: distress first, then the likeliest",
         .tag = "Fusion",
         .params = {{.name = "least", .kind = ParamKind::number, .description = "Least probability; 0.5 when absent"},
                    {.name = "show",
                     .kind = ParamKind::choice,
                     .description = "open: not judged; unsure: looked at without an answer",
                     .choices = {"open", "unsure"}},
                    {.name = "desk", .description = "The page that asks, as in its claims", .max_bytes = 64},
                    {.name = "bbox", .kind = ParamKind::bbox, .description = "Pairs with a report that meets this box"},
                    limit,
                    scenario_param()},
         .handler = get_queue,
         .answer = pairs,
         .problems = {401, 503}},
        {.method = "POST",
         .path = "/judgements/claims",
         .operation_id = "claimPair",
         .summary = "Say that this page looks at a pair now, {a, b, desk}; it holds for 90 s or until it is judged",
         .tag = "Fusion",
         .params = {scenario_param()},
         .handler = post_claim,
         .answer = {.media_types = {"application/json"}, .schema = {}, .description = "Whether it is yours"},
         .request = {.media_types = {"application/json"}, .schema = {}, .description = "The pair and the page"},
         .problems = {401, 403, 422}},
        {.method = "GET",
         .path = "/collections/reports/items/{fid}/candidates",
         .operation_id = "getCandidates",
         .summary = "Reports that may tell of the same as this one, with the score of each and its terms",
         .tag = "Fusion",
         .params = {item_id_param(), limit, scenario_param()},
         .handler = get_candidates,
         .answer = pairs,
         .problems = {401, 503}}};
}

} // namespace server
