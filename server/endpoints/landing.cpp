#include "server/endpoints/landing.hpp"

#include "server/html.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using nlohmann::json;

Response landing(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const auto base = base_url(context, request);
    const std::string json_type = "application/json";
    const json links{
        link(base + "/?f=json", "self", json_type, "This document"),
        link(base + "/?f=html", "alternate", "text/html", "This document as a page"),
        link(base + "/map/", "related", "text/html", "The map"),
        link(base + "/api", "service-desc", "application/vnd.oai.openapi+json;version=3.0", "The API as OpenAPI 3.0"),
        link(base + "/api?f=html", "service-doc", "text/html", "The API as a page"),
        link(base + "/conformance", "conformance", json_type, "Standards kept"),
        link(base + "/collections", "data", json_type, "Layers"),
        link(base + "/tileMatrixSets", "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", json_type,
             "Tile matrix sets"),
        link(base + "/processes", "http://www.opengis.net/def/rel/ogc/1.0/processes", json_type, "Processes"),
        link(base + "/jobs", "http://www.opengis.net/def/rel/ogc/1.0/job-list", json_type, "Jobs"),
        link(base + "/styles", "http://www.opengis.net/def/rel/ogc/1.0/styles", json_type, "Map styles"),
    };
    return document_response(context, request, params, "Sarhad",
                             {{"title", "Sarhad"},
                              {"description", "Border management: layers of a frontier as features and tiles."},
                              {"links", links}});
}

Response stylesheet(AppContext&, Request&, const PathParams&, const Params&) {
    Response response;
    response.set("Content-Type", "text/css; charset=utf-8");
    response.body = std::string{page_css()};
    return response;
}

} // namespace

std::vector<Endpoint> landing_endpoints() {
    return {
        {.method = "GET",
         .path = "/",
         .operation_id = "getLandingPage",
         .summary = "What this server is, with links to all it has.",
         .tag = "Capabilities",
         .params = {format_param()},
         .handler = landing,
         .answer = {.media_types = {"application/json", "text/html"}, .schema = "landingPage"}},
        {.method = "GET",
         .path = "/page.css",
         .operation_id = "getPageStyle",
         .summary = "The stylesheet of the HTML pages.",
         .tag = "Files",
         .handler = stylesheet,
         .hidden = true},
    };
}

} // namespace server
