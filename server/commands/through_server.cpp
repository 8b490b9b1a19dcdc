#include "server/commands/through_server.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/data_lock.hpp"
#include "server/auth/token.hpp"

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr std::chrono::milliseconds kAskEvery{100};

ErrorCode code_of(int status) {
    switch (status) {
    case 400:
    case 422:
        return ErrorCode::invalid_input;
    case 401:
        return ErrorCode::unauthenticated;
    case 403:
        return ErrorCode::forbidden;
    case 404:
        return ErrorCode::not_found;
    case 409:
        return ErrorCode::conflict;
    case 507:
        return ErrorCode::storage_full;
    default:
        return ErrorCode::storage_failed;
    }
}

} // namespace

std::optional<LocalServer> server_holding(const std::string& data_dir) {
    const auto holder = layers::store::lock_holder(data_dir);
    if (!holder) return {};
    if (holder->address.empty()) {
        throw Error{ErrorCode::busy,
                    "process " + std::to_string(holder->process) + " works on this data directory: wait for it"};
    }
    const char* given = std::getenv("SARHAD_TOKEN");
    return LocalServer{holder->address, given ? given : auth::read_operator_token(data_dir).value_or("")};
}

json expect(const Answer& answer, int status) {
    auto document = json::parse(answer.body, nullptr, false);
    if (answer.status == status && document.is_object()) return document;
    std::string detail = "the server answered " + std::to_string(answer.status);
    if (document.is_object()) detail = document.value("detail", document.value("title", detail));
    if (answer.status == 401) detail += " (a token goes into SARHAD_TOKEN)";
    throw Error{code_of(answer.status), detail};
}

json results_of_job(const LocalServer& server, const json& started, Progress& progress, const std::string& doing) {
    const std::string job = "/jobs/" + percent_encoded(started.value("jobID", std::string{}));
    for (;;) {
        const auto status = expect(server.get(job), 200);
        const auto state = status.value("status", std::string{});
        if (state != "accepted" && state != "running") break;
        progress.show(status.contains("progress") ? status["progress"].get<double>() / 100 : -1, doing);
        std::this_thread::sleep_for(kAskEvery);
    }
    return expect(server.get(job + "/results"), 200);
}

} // namespace server::commands
