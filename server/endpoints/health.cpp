#include "server/endpoints/health.hpp"

#include "server/http/error_status.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

Response no_store(Response response) {
    response.set("Cache-Control", "no-store");
    return response;
}

// Touches nothing that could wait: a locked database must not make a living process look dead.
Response health(AppContext&, Request&, const PathParams&, const Params&) {
    return no_store(json_response({{"status", "alive"}}));
}

Response ready(AppContext& context, Request& request, const PathParams&, const Params&) {
    const auto why = context.not_ready ? context.not_ready() : std::string{};
    if (why.empty()) return no_store(json_response({{"status", "ready"}}));
    return http::problem(503, "Not ready", why, request.target);
}

} // namespace

std::vector<Endpoint> health_endpoints() {
    return {
        {.method = "GET",
         .path = "/health",
         .operation_id = "getHealth",
         .summary = "The process is alive.",
         .tag = "Operation",
         .handler = health,
         .answer = {.media_types = {"application/json"}, .schema = "status"},
         .urgent = true},
        {.method = "GET",
         .path = "/ready",
         .operation_id = "getReady",
         .summary = "The server can do its work, or why it can't.",
         .tag = "Operation",
         .handler = ready,
         .answer = {.media_types = {"application/json"}, .schema = "status"},
         .problems = {503},
         .urgent = true},
    };
}

} // namespace server
