#include "server/endpoints/audit.hpp"

#include "layers/store/store.hpp"
#include "server/endpoints/rights.hpp"
#include "server/jobs/manager.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::access::Role;
using nlohmann::json;

constexpr const char* kOps[] = {"create", "replace", "remove"};
constexpr std::int64_t kMostEntries = 1000;

void demand_auditor(const Request& request) {
    demand_role(request.caller, {Role::auditor});
}

json access_json(const layers::audit::Access& access) {
    return {{"number", access.number},   {"recorded_at", geo::to_rfc3339(access.recorded_at)},
            {"account", access.account}, {"agency", access.agency},
            {"what", access.what},       {"subject", access.subject},
            {"reason", access.reason},   {"detail", json::parse(access.detail, nullptr, false)}};
}

json change_json(const layers::audit::Leaf& leaf) {
    return {{"seq", leaf.seq},
            {"recorded_at", geo::to_rfc3339(leaf.recorded_at)},
            {"account", leaf.account},
            {"agency", leaf.agency},
            {"what", kOps[leaf.op % std::size(kOps)]},
            {"collection", leaf.layer},
            {"id", geo::to_string(leaf.id)},
            {"version", leaf.version},
            {"handling", leaf.handling},
            {"releasable_to", leaf.releasable_to},
            {"scenario_id", leaf.scenario_id}};
}

Response get_audit(AppContext& context, Request& request, const PathParams&, const Params& params) {
    demand_auditor(request);
    const bool changes = params.text("log", "accesses") == "changes";
    const auto after = params.integer("after").value_or(0);
    const auto limit = params.limit();
    json entries = json::array();
    std::int64_t last = after;
    if (changes) {
        for (const auto& leaf : context.store->leaves(after, static_cast<std::size_t>(limit))) {
            entries.push_back(change_json(leaf));
            last = leaf.seq;
        }
    } else {
        for (const auto& access : context.store->accesses(after, static_cast<std::size_t>(limit))) {
            auto entry = access_json(access);
            if (entry["detail"].is_discarded()) entry["detail"] = nullptr;
            entries.push_back(std::move(entry));
            last = access.number;
        }
    }
    const std::string here = base_url(context, request) + "/audit?log=" + (changes ? "changes" : "accesses");
    json links = json::array({link(here + "&after=" + std::to_string(after), "self", "application/json")});
    if (last - after == limit)
        links.push_back(link(here + "&limit=" + std::to_string(limit) + "&after=" + std::to_string(last), "next",
                             "application/json"));
    return no_store(document_response(
        context, request, params, "Audit",
        {{"log", changes ? "changes" : "accesses"}, {"entries", std::move(entries)}, {"links", std::move(links)}}));
}

// A line that an auditor keeps elsewhere: later the whole log is held against it.
Response get_checkpoint(AppContext& context, Request& request, const PathParams&, const Params&) {
    demand_auditor(request);
    Response response;
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.body = context.store->checkpoint() + "\n";
    return no_store(std::move(response));
}

Response get_proof(AppContext& context, Request& request, const PathParams& path, const Params&) {
    demand_auditor(request);
    const auto proof = context.store->prove(path.integer("seq"));
    if (const auto fault = layers::audit::fault_of(proof)) throw Error{ErrorCode::storage_failed, *fault};
    return no_store(json_response(json::parse(layers::audit::to_json(proof))));
}

Response post_verification(AppContext& context, Request& request, const PathParams&, const Params& params) {
    demand_role(request.caller, {Role::auditor, Role::administrator});
    const bool structure = params.boolean("structure");
    const auto id =
        context.jobs->start("verification", request.caller.account, [&context, structure](jobs::Task& task) {
            const layers::store::Watch watch{
                .progress = [&task](double share) { task.report(share, "reading the log"); }, .stop = task.stop()};
            const json result = structure
                                    ? check_report_json(*context.store, context.store->check(watch)) // or it throws
                                    : audit_report_json(context.store->verify_audit(watch));
            task.result(result.dump());
        });
    const std::string location = base_url(context, request) + "/jobs/" + id;
    auto response =
        json_response({{"jobID", id}, {"type", "process"}, {"status", "accepted"}}, "application/json", 202);
    response.set("Location", location);
    return no_store(std::move(response));
}

} // namespace

json audit_report_json(const layers::store::AuditReport& report) {
    return {{"whole", report.faults.empty()},
            {"changes", {{"size", report.changes}, {"root", report.changes_root}}},
            {"accesses", {{"size", report.accesses}, {"root", report.accesses_root}}},
            {"checkpoints", report.checkpoints},
            {"last_checkpoint", report.last_checkpoint},
            {"keys", report.keys},
            {"faults", report.faults}};
}

json check_report_json(const layers::store::Store& store, const layers::store::CheckReport& report) {
    json rows = json::object();
    for (const auto& layer : store.catalogue().all()) rows[layer->id] = store.count(layer->id);
    return {{"whole", true},
            {"seq", report.changes},
            {"audit_root", report.audit_root},
            {"accesses", report.accesses},
            {"checkpoints", report.checkpoints},
            {"rows", std::move(rows)}};
}

std::vector<Endpoint> audit_endpoints() {
    const std::string tag = "Audit";
    const std::string object = R"({"type": "object", "additionalProperties": true})";
    return {
        {.method = "GET",
         .path = "/audit",
         .operation_id = "getAudit",
         .summary = "The logs that the audit proves, by pages: accesses (tokens, reads that must be accounted for, "
                    "exports, backups) or changes (who changed which item; never its content).",
         .tag = tag,
         .params =
             {{.name = "log",
               .kind = ParamKind::choice,
               .description = "Which log; accesses when absent",
               .choices = {"accesses", "changes"}},
              {.name = "after", .kind = ParamKind::integer, .description = "Entries behind this number", .minimum = 0},
              {.name = "limit",
               .kind = ParamKind::limit,
               .description = "At most so many",
               .minimum = 1,
               .maximum = kMostEntries,
               .default_value = 100},
              format_param()},
         .handler = get_audit,
         .answer = {.media_types = {"application/json", "text/html"}, .schema = object},
         .problems = {401, 403}},
        {.method = "GET",
         .path = "/audit/checkpoint",
         .operation_id = "getAuditCheckpoint",
         .summary =
             "A signed line that vouches for everything up to now; keep it elsewhere and hold the log against it.",
         .tag = tag,
         .handler = get_checkpoint,
         .answer = {.media_types = {"text/plain"}},
         .problems = {401, 403}},
        {.method = "GET",
         .path = "/audit/proofs/{seq}",
         .operation_id = "getAuditProof",
         .summary = "Proof (RFC 6962) that a change stands in the log that the newest checkpoint vouches for.",
         .tag = tag,
         .params = {{.name = "seq",
                     .kind = ParamKind::integer,
                     .description = "Number of the change",
                     .minimum = 1,
                     .in_path = true,
                     .required = true}},
         .handler = get_proof,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .problems = {401, 403},
         .deadline = std::chrono::milliseconds{30'000}},
        {.method = "POST",
         .path = "/audit/verification",
         .operation_id = "verifyAudit",
         .summary = "Prove both logs whole, as a job; with structure=true the database file and its counts too.",
         .tag = tag,
         .params = {{.name = "structure",
                     .kind = ParamKind::boolean,
                     .description = "The whole database, not the audit alone"}},
         .handler = post_verification,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .status = 202,
         .problems = {401, 403}},
    };
}

} // namespace server
