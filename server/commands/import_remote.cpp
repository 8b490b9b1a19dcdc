#include "server/commands/import_remote.hpp"

#include "geo/error.hpp"
#include "server/commands/local_http.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr std::chrono::milliseconds kAskEvery{200};

// The problem that an answer states (RFC 9457), or its status alone.
[[noreturn]] void fail(const Answer& answer) {
    const auto problem = json::parse(answer.body, nullptr, false);
    std::string detail = "the server answered " + std::to_string(answer.status);
    if (problem.is_object()) detail = problem.value("detail", problem.value("title", detail));
    if (answer.status == 401) detail += " (the token goes into SARHAD_TOKEN)";
    throw Error{answer.status == 400 || answer.status == 422 ? ErrorCode::invalid_input : ErrorCode::unreadable_file,
                detail};
}

json parsed(const Answer& answer, int wanted) {
    if (answer.status != wanted) fail(answer);
    auto document = json::parse(answer.body, nullptr, false);
    if (!document.is_object()) throw Error{ErrorCode::internal, "the server's answer is no JSON"};
    return document;
}

std::string target_of(const jobs::ImportOptions& options, const std::string& mapping) {
    std::string query;
    const auto add = [&query](const char* name, const std::string& value) {
        if (value.empty()) return;
        query += (query.empty() ? "?" : "&") + std::string{name} + '=' + percent_encoded(value);
    };
    const auto& reading = options.reading;
    if (!reading.x_column.empty() || !reading.y_column.empty() || !reading.wkt_column.empty() ||
        !reading.mgrs_column.empty()) {
        throw Error{ErrorCode::invalid_input, "columns of places can't be named while a server runs: stop it first"};
    }
    add(options.new_layer ? "new-layer" : "collection", options.layer);
    add("mapping", mapping);
    add("source-layer", reading.source_layer);
    add("source-crs", options.crs);
    add("filename", reading.declared_name);
    add("agency", options.agency);
    add("scenario", options.scenario_id);
    if (options.strict) add("strict", "true");
    if (options.dry_run) add("dry-run", "true");
    if (options.axes != jobs::Axes::ask) add("swap-axes", options.axes == jobs::Axes::swap ? "true" : "false");
    return "/import" + query;
}

} // namespace

jobs::ImportReport import_through(const std::string& address, const std::string& file,
                                  const jobs::ImportOptions& options, const std::string& mapping, Progress& progress) {
    const char* token = std::getenv("SARHAD_TOKEN");
    const LocalServer server{address, token != nullptr ? token : ""};
    const auto sent =
        server.post_file(target_of(options, mapping), file, [&](double share) { progress.show(share / 2, "sending"); });
    const auto started = parsed(sent, 202);
    const auto job = "/jobs/" + percent_encoded(started.value("jobID", std::string{}));
    bool dismissed = false;
    for (;;) {
        const auto status = parsed(server.get(job), 200);
        const auto state = status.value("status", std::string{});
        if (state != "accepted" && state != "running") break;
        const double share = status.contains("progress") ? status["progress"].get<double>() / 100 : -1;
        progress.show(share < 0 ? 0.5 : 0.5 + share / 2, status.value("message", std::string{"reading"}));
        if (options.stop.stop_requested() && !dismissed) {
            server.remove(job);
            dismissed = true;
        }
        std::this_thread::sleep_for(kAskEvery);
    }
    const auto results = server.get(job + "/results");
    if (results.status != 200) fail(results);
    return jobs::report_from_json(results.body);
}

} // namespace server::commands
