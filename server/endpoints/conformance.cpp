#include "server/endpoints/conformance.hpp"

#include "server/respond.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

// Only what is there: clients switch on these.
constexpr const char* kClasses[] = {
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss",
};

Response conformance(AppContext& context, Request& request, const PathParams&, const Params& params) {
    nlohmann::json classes = nlohmann::json::array();
    for (const auto* name : kClasses) classes.push_back(name);
    return document_response(context, request, params, "Standards kept", {{"conformsTo", classes}});
}

} // namespace

std::vector<Endpoint> conformance_endpoints() {
    return {{.method = "GET",
             .path = "/conformance",
             .operation_id = "getConformance",
             .summary = "The conformance classes of OGC standards that this server keeps.",
             .tag = "Capabilities",
             .params = {format_param()},
             .handler = conformance,
             .answer = {.media_types = {"application/json", "text/html"}, .schema = "conformance"}}};
}

} // namespace server
