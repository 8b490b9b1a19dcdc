#include "server/respond.hpp"

#include "geo/uuid.hpp"
#include "server/html.hpp"
#include "server/http/negotiate.hpp"
#include "server/http/url.hpp"

#include <nlohmann/json.hpp>

namespace server {

using nlohmann::json;

namespace {

std::string dump(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The request's own address with f=json.
std::string json_address(const Request& request) {
    const auto url = http::parse_target(request.target);
    std::string out;
    for (const auto& segment : url.segments) out += "/" + http::percent_encode(segment);
    out += "?f=json";
    for (const auto& [name, value] : url.query)
        if (name != "f") out += "&" + http::percent_encode(name) + "=" + http::percent_encode(value);
    return out;
}

} // namespace

Response json_response(const json& document, std::string_view content_type, int status) {
    Response response;
    response.status = status;
    response.set("Content-Type", std::string{content_type});
    response.body = dump(document);
    return response;
}

Response document_response(const AppContext&, const Request& request, const Params& params, std::string_view title,
                           const json& document, std::string_view content_type) {
    Response response;
    if (wants_html(request, params)) {
        response.set("Content-Type", "text/html; charset=utf-8");
        response.body = html_page(title, document, json_address(request));
    } else {
        response.set("Content-Type", std::string{content_type});
        response.body = dump(document);
    }
    http::add_vary(response, "Accept");
    return response;
}

bool wants_html(const Request& request, const Params& params) {
    for (const auto& [name, value] : params.all())
        if (name == "f") return value == "html";
    const auto accept = request.header("accept");
    if (accept.empty()) return false;
    return http::quality(accept, "text/html") > http::quality(accept, "application/json");
}

std::string base_url(const AppContext& context, const Request& request) {
    if (!context.config.public_url.empty()) return context.config.public_url;
    const auto host = request.header("host"); // the gate let only names, addresses and ports through
    if (!host.empty()) return "http://" + std::string{host};
    return "http://" + context.config.address + ":" + std::to_string(context.config.port);
}

std::string_view path_of(const Request& request) {
    return std::string_view{request.target}.substr(0, request.target.find('?'));
}

json link(const std::string& href, std::string_view rel, std::string_view type, std::string_view title) {
    json out{{"href", href}, {"rel", rel}};
    if (!type.empty()) out["type"] = type;
    if (!title.empty()) out["title"] = title;
    return out;
}

std::string url_encode(std::string_view text) {
    return http::percent_encode(text);
}

std::string etag_of(std::string_view bytes) {
    return "W/\"" + geo::to_string(geo::uuid_from_hash(bytes)) + "\"";
}

} // namespace server
