#include "server/endpoints/jobs.hpp"

#include "server/jobs/manager.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr const char* kResults = "http://www.opengis.net/def/rel/ogc/1.0/results";

// Jobs belong to the account that started them; who is nobody has none.
const std::string& owner_of(const Request& request) {
    if (request.caller.account.empty())
        throw Error{ErrorCode::unauthenticated, "Jobs belong to an account: send its token."};
    return request.caller.account;
}

bool has_ended(const jobs::Job& job) {
    return job.finished.has_value();
}

json job_json(const AppContext& context, const Request& request, const jobs::Job& job) {
    auto document = json::parse(jobs::status_info(job));
    const auto self = base_url(context, request) + "/jobs/" + url_encode(job.id);
    document["links"] = {link(self, "self", "application/json")};
    if (!job.result.empty()) document["links"].push_back(link(self + "/results", kResults, "application/json"));
    return document;
}

Response no_store(Response response) {
    response.set("Cache-Control", "private, no-store");
    return response;
}

Response list_jobs(AppContext& context, Request& request, const PathParams&, const Params& params) {
    json list = json::array();
    for (const auto& job : context.jobs->list(owner_of(request))) list.push_back(job_json(context, request, job));
    const json links{link(base_url(context, request) + "/jobs", "self", "application/json")};
    return no_store(document_response(context, request, params, "Jobs", {{"jobs", list}, {"links", links}}));
}

Response get_job(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto job = context.jobs->get(path.text("id"), owner_of(request));
    return no_store(document_response(context, request, params, "Job", job_json(context, request, job)));
}

Response get_results(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto job = context.jobs->get(path.text("id"), owner_of(request));
    if (!has_ended(job)) throw Error{ErrorCode::not_found, "The job has no results yet."};
    if (job.result.empty()) {
        if (job.error) throw *job.error;
        throw Error{ErrorCode::not_found, "The job left no results."};
    }
    return no_store(document_response(context, request, params, "Results of a job", json::parse(job.result)));
}

Response dismiss_job(AppContext& context, Request& request, const PathParams& path, const Params&) {
    const auto job = context.jobs->dismiss(path.text("id"), owner_of(request));
    return no_store(json_response(job_json(context, request, job)));
}

} // namespace

std::vector<Endpoint> jobs_endpoints() {
    const std::string tag = "Jobs";
    const std::vector<std::string> both{"application/json", "text/html"};
    return {
        {.method = "GET",
         .path = "/jobs",
         .operation_id = "getJobs",
         .summary = "The caller's jobs, the newest first.",
         .tag = tag,
         .params = {format_param()},
         .handler = list_jobs,
         .answer = {.media_types = both, .schema = "jobs"}},
        {.method = "GET",
         .path = "/jobs/{id}",
         .operation_id = "getJob",
         .summary = "How far a job is.",
         .tag = tag,
         .params = {format_param()},
         .handler = get_job,
         .answer = {.media_types = both, .schema = "job"}},
        {.method = "GET",
         .path = "/jobs/{id}/results",
         .operation_id = "getJobResults",
         .summary = "What a job found: of an import, the report row by row.",
         .tag = tag,
         .params = {format_param()},
         .handler = get_results,
         .answer = {.media_types = both, .schema = R"({"type": "object", "additionalProperties": true})"}},
        {.method = "DELETE",
         .path = "/jobs/{id}",
         .operation_id = "dismissJob",
         .summary = "Stop a job that waits or runs; forget one that has ended.",
         .tag = tag,
         .handler = dismiss_job,
         .answer = {.media_types = {"application/json"}, .schema = "job"}},
    };
}

} // namespace server
