#include "server/endpoints/metrics.hpp"

#include "server/metrics.hpp"

namespace server {
namespace {

Response metrics(AppContext& context, Request&, const PathParams&, const Params&) {
    if (!context.metrics) throw geo::Error{geo::ErrorCode::not_implemented, "This process counts nothing."};
    Response response;
    response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.set("Cache-Control", "no-store");
    response.body = context.metrics->text();
    return response;
}

} // namespace

std::vector<Endpoint> metrics_endpoints() {
    return {{.method = "GET",
             .path = "/metrics",
             .operation_id = "getMetrics",
             .summary = "Counters in Prometheus' text format.",
             .tag = "Operation",
             .handler = metrics,
             .answer = {.media_types = {"text/plain"}},
             .urgent = true}};
}

} // namespace server
