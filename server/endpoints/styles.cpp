#include "server/endpoints/styles.hpp"

#include "geo/raster.hpp"
#include "layers/index/sources.hpp"
#include "server/endpoints/map_style.hpp"
#include "server/endpoints/reading.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace server {
namespace {

using nlohmann::json;

std::vector<layers::Layer> readable_layers(const AppContext& context, const layers::access::Caller& caller) {
    std::vector<layers::Layer> out;
    for (const auto& layer : context.sources->layers())
        if (layers::access::compile(caller, *layer).may_read) out.push_back(*layer);
    return out;
}

struct StyleRow {
    const char* id;
    const char* title;
    Theme theme;
};
constexpr std::array kStyles{StyleRow{"border", "Border", Theme::light},
                             StyleRow{"border-dark", "Border, dark", Theme::dark}};

Response list_styles(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const std::string base = base_url(context, request);
    json styles = json::array();
    for (const auto& row : kStyles)
        styles.push_back(
            {{"id", row.id},
             {"title", row.title},
             {"links", {link(base + "/styles/" + row.id, "stylesheet", "application/vnd.mapbox.style+json")}}});
    return document_response(context, request, params, "Styles",
                             {{"default", kStyles.front().id}, {"styles", std::move(styles)}});
}

Response get_style(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto row = std::ranges::find(kStyles, path.text("id"), [](const StyleRow& s) { return std::string(s.id); });
    if (row == kStyles.end()) throw geo::Error(geo::ErrorCode::not_found, "no such style");
    const auto caller = reading_caller(context, request, params);
    StyleQuestion question;
    question.theme = row->theme;
    question.base = base_url(context, request);
    question.scenario = caller.scenario;
    question.name_scenario = params.has("scenario");
    if (context.elevation) question.relief = context.elevation->lon_lat_box();
    std::string body = map_style(readable_layers(context, caller), question);
    Response response;
    response.set("content-type", "application/json");
    response.set("etag", etag_of(body));
    private_answer(request, response);
    response.body = std::move(body);
    return response;
}

} // namespace

std::vector<Endpoint> styles_endpoints() {
    Endpoint list;
    list.method = "GET";
    list.path = "/styles";
    list.operation_id = "getStyles";
    list.summary = "The map styles of this server";
    list.tag = "Styles";
    list.params = {format_param()};
    list.handler = list_styles;
    list.answer = {{"application/json", "text/html"}, {}, "Ids, titles and links"};

    Param id;
    id.name = "id";
    id.description = "Id of a style";
    id.in_path = true;
    Endpoint get;
    get.method = "GET";
    get.path = "/styles/{id}";
    get.operation_id = "getStyle";
    get.summary = "A style for MapLibre, with the legend in its metadata";
    get.tag = "Styles";
    get.params = {id, scenario_param()};
    get.handler = get_style;
    get.answer = {{"application/json"}, {}, "Style document, version 8"};
    return {list, get};
}

} // namespace server
