// What the verbs share that go through a running server: finding it, asking it, watching its jobs. Knows no endpoint.
#pragma once

#include "server/commands/local_http.hpp"
#include "server/commands/progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace server::commands {

// The server that holds the data directory, or nothing: then it is ours. Asked with the token in the environment
// (SARHAD_TOKEN), else with the operator's, which who may read the directory may use. Error{busy} when a process that
// is no server works there.
std::optional<LocalServer> server_holding(const std::string& data_dir);

// The answer as JSON; what the server says is wrong becomes the Error of its status.
nlohmann::json expect(const Answer& answer, int status);

// Watches the job that `started` (a 202's document) names and gives its results. A job that failed is its Error.
nlohmann::json results_of_job(const LocalServer& server, const nlohmann::json& started, Progress& progress,
                              const std::string& doing);

} // namespace server::commands
