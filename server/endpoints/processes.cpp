#include "server/endpoints/processes.hpp"

#include "server/endpoints/editing.hpp"
#include "server/endpoints/rights.hpp"
#include "server/http/error_status.hpp"
#include "server/http/text.hpp"
#include "server/jobs/manager.hpp"
#include "server/processes/process.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;
using processes::Process;
using processes::ProcessContext;

constexpr std::chrono::milliseconds kSyncDeadline{30'000};
// Each holds a worker that tiles and features are waiting for: more come as jobs, or later.
constexpr int kSyncAtOnce = 2;
constinit std::atomic<int> sync_runs{0};

constexpr const char* kNoSuchProcess = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process";
constexpr const char* kExecute = "http://www.opengis.net/def/rel/ogc/1.0/execute";

Response no_such_process(const Request& request) {
    return http::problem({ErrorCode::not_found, "There is no such process."}, path_of(request), kNoSuchProcess);
}

std::string address_of(const AppContext& context, const Request& request, const Process& process) {
    return base_url(context, request) + "/processes/" + process.id;
}

Response list_processes(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const auto& table = processes::table();
    const auto first = std::min<std::size_t>(static_cast<std::size_t>(*params.integer("offset")), table.size());
    const auto last = std::min(first + static_cast<std::size_t>(params.limit()), table.size());
    json rows = json::array();
    for (std::size_t i = first; i < last; ++i) {
        rows.push_back(processes::summary(table[i]));
        rows.back()["links"] = {
            link(address_of(context, request, table[i]), "self", "application/json", table[i].title)};
    }
    const auto self = base_url(context, request) + "/processes";
    json links{link(self + "?f=json", "self", "application/json"), link(self + "?f=html", "alternate", "text/html")};
    if (last < table.size())
        links.push_back(link(self + "?limit=" + std::to_string(params.limit()) + "&offset=" + std::to_string(last),
                             "next", "application/json"));
    return document_response(context, request, params, "Processes", {{"processes", rows}, {"links", links}});
}

Response get_process(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto* process = processes::find(path.text("id"));
    if (!process) return no_such_process(request);
    const auto self = address_of(context, request, *process);
    auto document = processes::description(*process);
    document["links"] = {link(self, "self", "application/json", process->title),
                         link(self + "/execution", kExecute, "application/json", "Run it")};
    return document_response(context, request, params, process->title, document);
}

// ---- execution

struct Order {
    processes::Values inputs;
    bool as_document = false; // else the output as it is
};

// The `outputs` member: there is one, and it comes by value.
void check_outputs(const Process& process, const json& outputs) {
    if (!outputs.is_object()) throw Error{ErrorCode::invalid_input, "outputs are an object", "/outputs"};
    for (const auto& [name, wish] : outputs.items()) {
        const auto pointer = pointer_to("/outputs", name);
        if (name != process.output.name)
            throw Error{ErrorCode::invalid_input, "the process has no such output", pointer};
        if (!wish.is_object()) throw Error{ErrorCode::invalid_input, "it is an object", pointer};
        if (wish.contains("transmissionMode") && wish["transmissionMode"] != "value")
            throw Error{ErrorCode::invalid_input, "outputs come by value", pointer + "/transmissionMode"};
        const auto format = wish.find("format");
        if (format == wish.end()) continue;
        const bool ours = format->is_object() && format->value("mediaType", json{process.output.media_type}) ==
                                                     json(process.output.media_type);
        if (!ours)
            throw Error{ErrorCode::invalid_input, "the output is " + process.output.media_type, pointer + "/format"};
    }
}

// The body after 18-062r2, execute.yaml. An empty one is a run with no inputs.
Order read_order(const Process& process, const Request& request) {
    Order order;
    const auto text = http::trim(request.body);
    json body = text.empty() ? json::object() : read_object_body(text);
    for (const auto& [name, value] : body.items()) {
        if (name == "subscriber")
            throw Error{ErrorCode::invalid_input, "nobody is called back: ask the job, or listen to /events",
                        "/subscriber"};
        if (name != "inputs" && name != "outputs" && name != "response")
            throw Error{ErrorCode::invalid_input, "an execution has no such member", pointer_to("", name)};
    }
    order.inputs = processes::checked_inputs(process, body.value("inputs", json::object()));
    if (body.contains("outputs")) check_outputs(process, body["outputs"]);
    const json response = body.value("response", json("raw"));
    if (response != "raw" && response != "document")
        throw Error{ErrorCode::invalid_input, "it is raw or document", "/response"};
    order.as_document = response == "document";
    return order;
}

// RFC 7240: a list of preferences with values and parameters; those that aren't known are passed over.
bool prefers_async(const Request& request) {
    for (const auto& [name, value] : request.headers) {
        if (name != "prefer") continue;
        for (const auto one : http::list_members(value))
            if (http::equal_ignoring_case(http::trim(one.substr(0, one.find(';'))), "respond-async")) return true;
    }
    return false;
}

struct Answer {
    std::string text;
    std::string media_type;
};

// In a document each output is a qualified value (18-062r2, results.yaml); what isn't asked for is the output itself.
Answer answer_of(const Process& process, std::string output, bool as_document) {
    if (!as_document) return {std::move(output), process.output.media_type};
    return {"{" + json(process.output.name).dump() + R"(:{"mediaType":)" + json(process.output.media_type).dump() +
                R"(,"value":)" + output + "}}",
            "application/json"};
}

class Seat { // of a run that holds a worker
public:
    Seat() {
        if (++sync_runs <= kSyncAtOnce) return;
        --sync_runs;
        throw Error{ErrorCode::busy, "As many runs as this server bears are being waited for: try again, or send "
                                     "Prefer: respond-async."};
    }
    ~Seat() { --sync_runs; }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
};

Response run_now(const AppContext& context, const Request& request, const Process& process, Order order,
                 layers::access::Caller caller) {
    const Seat seat;
    ProcessContext run{context, std::move(caller), std::move(order.inputs), request.stop, nullptr};
    std::string output;
    try {
        output = process.run(run);
    } catch (const Error& error) {
        if (error.code != ErrorCode::cancelled || !request.stop.stop_requested()) throw;
        throw Error{ErrorCode::deadline, "It takes too long to wait for: send Prefer: respond-async."};
    }
    auto answer = answer_of(process, std::move(output), order.as_document);
    Response response;
    response.set("Content-Type", answer.media_type);
    response.body = std::move(answer.text);
    return no_store(std::move(response));
}

Response run_later(const AppContext& context, const Request& request, const Process& process, Order order,
                   layers::access::Caller caller) {
    const auto account = caller.account;
    auto work = [&context, &process, order = std::move(order), caller = std::move(caller)](jobs::Task& task) {
        ProcessContext run{context, caller, order.inputs, task.stop(),
                           [&task](double share, const std::string& message) { task.report(share, message); }};
        auto answer = answer_of(process, process.run(run), order.as_document);
        task.result(std::move(answer.text), std::move(answer.media_type));
    };
    const auto id = context.jobs->start(process.id, account, std::move(work));
    const auto location = base_url(context, request) + "/jobs/" + id;
    auto document = json::parse(jobs::status_info(context.jobs->get(id, account)));
    document["links"] = {link(location, "monitor", "application/json", "Progress and results")};
    auto response = json_response(document, "application/json", 201);
    response.set("Location", location);
    response.set("Preference-Applied", "respond-async");
    return no_store(std::move(response));
}

Response execute(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto* process = processes::find(path.text("id"));
    if (!process) return no_such_process(request);
    auto caller = reading_caller(context, request, params);
    if (caller.account.empty()) throw Error{ErrorCode::unauthenticated, "A run belongs to an account: send its token."};
    auto order = read_order(*process, request);
    return prefers_async(request) ? run_later(context, request, *process, std::move(order), std::move(caller))
                                  : run_now(context, request, *process, std::move(order), std::move(caller));
}

std::string known_processes() {
    std::string ids;
    for (const auto& process : processes::table()) ids += (ids.empty() ? "" : ", ") + process.id;
    return ids;
}

} // namespace

std::vector<Endpoint> processes_endpoints() {
    const std::string tag = "Processes";
    const std::vector<std::string> both{"application/json", "text/html"};
    const Param id{.name = "id", .description = "Id of a process: " + known_processes(), .in_path = true};
    return {
        {.method = "GET",
         .path = "/processes",
         .operation_id = "getProcesses",
         .summary = "What can be computed here.",
         .tag = tag,
         .params = {{.name = "limit",
                     .kind = ParamKind::limit,
                     .description = "Processes in the list, at most",
                     .maximum = 1000,
                     .default_value = 100},
                    {.name = "offset",
                     .kind = ParamKind::integer,
                     .description = "Processes to pass over",
                     .minimum = 0,
                     .maximum = 1'000'000,
                     .default_value = 0},
                    format_param()},
         .handler = list_processes,
         .answer = {.media_types = both, .schema = "processList"}},
        {.method = "GET",
         .path = "/processes/{id}",
         .operation_id = "getProcessDescription",
         .summary = "A process with its inputs and its output.",
         .tag = tag,
         .params = {id, format_param()},
         .handler = get_process,
         .answer = {.media_types = both, .schema = "process"}},
        {.method = "POST",
         .path = "/processes/{id}/execution",
         .operation_id = "execute",
         .summary = "Run a process: waits for the result, or starts a job with Prefer: respond-async.",
         .tag = tag,
         .params = {id, scenario_param()},
         .handler = execute,
         .answer = {.media_types = {"application/json", "application/geo+json"},
                    .schema = {},
                    .description = "The output itself, or with response=document an object of outputs. With Prefer: "
                                   "respond-async instead 201, the job in Location. Waiting ends after 30 s with 503."},
         .request = {.media_types = {"application/json"}, .schema = "execute"},
         .problems = {401},
         .deadline = kSyncDeadline},
    };
}

} // namespace server
