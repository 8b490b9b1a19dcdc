#include "server/endpoints/jobs.hpp"

#include "server/endpoints/rights.hpp"
#include "server/http/error_status.hpp"
#include "server/jobs/manager.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr const char* kResults = "http://www.opengis.net/def/rel/ogc/1.0/results";
constexpr const char* kNoSuchJob = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job";
constexpr const char* kNotReady = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready";
constexpr std::chrono::milliseconds kStopping{500}; // how long a dismissal waits for the work to notice

// Jobs belong to the account that started them; who is nobody has none.
const std::string& owner_of(const Request& request) {
    if (request.caller.account.empty())
        throw Error{ErrorCode::unauthenticated, "Jobs belong to an account: send its token."};
    return request.caller.account;
}

Response no_such_job(const Request& request) {
    return http::problem({ErrorCode::not_found, "There is no such job."}, path_of(request), kNoSuchJob);
}

json job_json(const AppContext& context, const Request& request, const jobs::Job& job) {
    auto document = json::parse(jobs::status_info(job));
    const auto self = base_url(context, request) + "/jobs/" + url_encode(job.id);
    document["links"] = {link(self, "self", "application/json")};
    if (job.result) document["links"].push_back(link(self + "/results", kResults, job.result_type));
    return document;
}

// ---- the list (18-062r2, 12: each parameter narrows it)

void check_known(const Params& params, const char* name, std::initializer_list<std::string_view> known) {
    for (const auto& value : params.list(name))
        if (std::ranges::find(known, value) == known.end())
            throw Error{ErrorCode::invalid_input, "there is no such value: " + value, name};
}

bool is_among(const Params& params, const char* name, const std::string& value) {
    const auto wanted = params.list(name);
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

// Whole seconds that it has been running, or ran; nothing before it began.
std::optional<std::int64_t> duration_s(const jobs::Job& job) {
    if (!job.started) return std::nullopt;
    return (job.finished.value_or(geo::now()).us - job.started->us) / 1'000'000;
}

bool is_wanted(const Params& params, const jobs::Job& job) {
    if (!is_among(params, "processID", job.type) || !is_among(params, "status", jobs::name(job.state))) return false;
    if (const auto time = params.datetime())
        if ((time->from && job.created < *time->from) || (time->to && job.created > *time->to)) return false;
    const auto least = params.integer("minDuration"), most = params.integer("maxDuration");
    if (!least && !most) return true;
    const auto duration = duration_s(job);
    return duration && (!least || *duration >= *least) && (!most || *duration <= *most);
}

Response list_jobs(AppContext& context, Request& request, const PathParams&, const Params& params) {
    check_known(params, "type", {"process"});
    check_known(params, "status", {"accepted", "running", "successful", "failed", "dismissed"});
    json list = json::array();
    const auto first = params.integer("offset").value_or(0);
    std::int64_t wanted = 0;
    for (const auto& job : context.jobs->list(owner_of(request))) {
        if (!is_wanted(params, job)) continue;
        if (wanted >= first && wanted < first + params.limit()) list.push_back(job_json(context, request, job));
        ++wanted;
    }
    json links{link(base_url(context, request) + std::string{request.target}, "self", "application/json")};
    if (first + params.limit() < wanted) {
        std::string next = base_url(context, request) + "/jobs?offset=" + std::to_string(first + params.limit());
        for (const auto& [name, value] : params.all())
            if (name != "offset") next += "&" + name + "=" + url_encode(value);
        links.push_back(link(next, "next", "application/json"));
    }
    return no_store(document_response(context, request, params, "Jobs", {{"jobs", list}, {"links", links}}));
}

// ---- one job

Response get_job(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto job = context.jobs->find(path.text("id"), owner_of(request));
    if (!job) return no_such_job(request);
    return no_store(document_response(context, request, params, "Job", job_json(context, request, *job)));
}

Response get_results(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto job = context.jobs->find(path.text("id"), owner_of(request));
    if (!job) return no_such_job(request);
    if (!job->finished)
        return http::problem({ErrorCode::not_found, "The job has no results yet."}, path_of(request), kNotReady);
    if (!job->result) {
        if (job->error && job->state == jobs::State::failed) throw *job->error;
        throw Error{ErrorCode::not_found, "The job was dismissed, or left no results."};
    }
    if (wants_html(request, params))
        return no_store(document_response(context, request, params, "Results of a job", json::parse(*job->result)));
    Response response;
    response.set("Content-Type", job->result_type);
    response.body = job->result;
    return no_store(std::move(response));
}

Response dismiss_job(AppContext& context, Request& request, const PathParams& path, const Params&) {
    const auto& owner = owner_of(request);
    if (!context.jobs->find(path.text("id"), owner)) return no_such_job(request);
    auto job = context.jobs->dismiss(path.text("id"), owner);
    if (!job.finished) job = context.jobs->wait(job.id, owner, kStopping);
    return no_store(json_response(job_json(context, request, job)));
}

} // namespace

std::vector<Endpoint> jobs_endpoints() {
    const std::string tag = "Jobs";
    const std::vector<std::string> both{"application/json", "text/html"};
    const auto seconds = [](const char* name, const char* description) {
        return Param{.name = name, .kind = ParamKind::integer, .description = description, .minimum = 0};
    };
    return {
        {.method = "GET",
         .path = "/jobs",
         .operation_id = "getJobs",
         .summary = "The caller's jobs, the newest first; a restart of the server ends and forgets them.",
         .tag = tag,
         .params = {{.name = "type", .kind = ParamKind::text_list, .description = "Only of this type: process"},
                    {.name = "processID", .kind = ParamKind::text_list, .description = "Only of these processes"},
                    {.name = "status", .kind = ParamKind::text_list, .description = "Only with one of these states"},
                    {.name = "datetime",
                     .kind = ParamKind::datetime,
                     .description = "Only those made then (RFC 3339 instant or interval)"},
                    seconds("minDuration", "Only those that have run at least so many seconds"),
                    seconds("maxDuration", "Only those that have run at most so many seconds"),
                    {.name = "limit",
                     .kind = ParamKind::limit,
                     .description = "Jobs a page, at most",
                     .maximum = 1000,
                     .default_value = 100},
                    {.name = "offset",
                     .kind = ParamKind::integer,
                     .description = "Jobs to pass over",
                     .minimum = 0,
                     .maximum = 1'000'000},
                    format_param()},
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
         .summary = "What a job found: the output of a process, of an import the report row by row.",
         .tag = tag,
         .params = {format_param()},
         .handler = get_results,
         .answer = {.media_types = {"application/json", "application/geo+json", "text/html"},
                    .schema = R"({"type": "object", "additionalProperties": true})"}},
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
