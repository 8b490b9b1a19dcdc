#include "server/endpoints/openapi.hpp"

#include "server/endpoints/openapi_schemas.hpp"
#include "server/http/error_status.hpp"
#include "server/http/text.hpp"
#include "server/respond.hpp"
#include "server/router.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace server {
namespace {

using nlohmann::json;

constexpr const char* kMediaType = "application/vnd.oai.openapi+json;version=3.0";
constexpr const char* kInterfaceVersion = "1.0.0"; // of the interface, not of the program

json schema_of(const Param& param) {
    json schema;
    switch (param.kind) {
    case ParamKind::integer:
    case ParamKind::limit:
        schema = {{"type", "integer"}};
        break;
    case ParamKind::number:
        schema = {{"type", "number"}};
        break;
    case ParamKind::boolean:
        schema = {{"type", "boolean"}};
        break;
    case ParamKind::choice:
        schema = {{"type", "string"}, {"enum", param.choices}};
        break;
    case ParamKind::text_list:
        schema = {{"type", "array"}, {"items", {{"type", "string"}}}, {"uniqueItems", true}, {"minItems", 1}};
        if (param.maximum) schema["maxItems"] = *param.maximum;
        return schema;
    case ParamKind::bbox:
        return {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 4}, {"maxItems", 6}};
    case ParamKind::instant:
        schema = {{"type", "string"}, {"format", "date-time"}};
        break;
    case ParamKind::crs:
        schema = {{"type", "string"}, {"format", "uri"}, {"enum", known_crs()}};
        break;
    case ParamKind::datetime:
    case ParamKind::text:
        schema = {{"type", "string"}};
        break;
    }
    if (param.kind == ParamKind::limit) schema["minimum"] = 1;
    if (param.minimum) schema["minimum"] = *param.minimum;
    if (param.maximum) schema["maximum"] = *param.maximum;
    if (param.default_value) schema["default"] = *param.default_value;
    return schema;
}

json parameter_of(const Param& param) {
    json out{{"name", param.name}, {"in", param.in_path ? "path" : "query"}, {"schema", schema_of(param)}};
    if (param.in_path || param.required) out["required"] = true;
    if (!param.description.empty()) out["description"] = param.description;
    if (out["schema"]["type"] == "array") {
        out["style"] = param.in_path ? "simple" : "form";
        out["explode"] = false;
    }
    return out;
}

std::vector<std::string> variables_of(const std::string& path) {
    std::vector<std::string> names;
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1))
        names.push_back(path.substr(open + 1, path.find('}', open) - open - 1));
    return names;
}

json parameters_of(const Endpoint& endpoint) {
    json out = json::array();
    for (const auto& variable : variables_of(endpoint.path)) {
        const auto declared = [&](const Param& p) { return p.in_path && p.name == variable; };
        const auto at = std::ranges::find_if(endpoint.params, declared);
        out.push_back(parameter_of(at != endpoint.params.end() ? *at : Param{.name = variable, .in_path = true}));
    }
    for (const auto& param : endpoint.params)
        if (!param.in_path) out.push_back(parameter_of(param));
    return out;
}

json content_of(const Body& body) {
    json content = json::object();
    for (const auto& type : body.media_types) {
        json schema = json::object();
        const bool is_json = type.find("json") != std::string::npos;
        if (!is_json)
            schema = {{"type", "string"}};
        else if (body.schema.starts_with("{"))
            schema = json::parse(body.schema);
        else if (!body.schema.empty())
            schema = {{"$ref", "#/components/schemas/" + body.schema}};
        content[type] = {{"schema", schema}};
    }
    return content;
}

json problem_response(int status) {
    return {{"description", http::reason_phrase(status)},
            {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/problem"}}}}}}}};
}

json responses_of(const Endpoint& endpoint) {
    json good{{"description", endpoint.answer.description.empty() ? http::reason_phrase(endpoint.status)
                                                                  : endpoint.answer.description}};
    if (!endpoint.answer.media_types.empty()) good["content"] = content_of(endpoint.answer);
    json out{{std::to_string(endpoint.status), good}};
    std::set<int> problems(endpoint.problems.begin(), endpoint.problems.end());
    problems.insert({400, 401, 503});
    if (endpoint.path.find('{') != std::string::npos) problems.insert(404);
    if (!endpoint.request.media_types.empty()) problems.insert({413, 415});
    for (const int status : problems) out[std::to_string(status)] = problem_response(status);
    return out;
}

json operation_of(const Endpoint& endpoint) {
    json out{{"operationId", endpoint.operation_id},
             {"summary", endpoint.summary},
             {"tags", {endpoint.tag}},
             {"parameters", parameters_of(endpoint)},
             {"responses", responses_of(endpoint)}};
    if (endpoint.other_params)
        out["parameters"].push_back({{"name", "properties of the collection"},
                                     {"in", "query"},
                                     {"description", "Any queryable by its name: equal to this value."},
                                     {"schema", {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}}},
                                     {"style", "form"},
                                     {"explode", true}});
    if (!endpoint.request.media_types.empty())
        out["requestBody"] = {{"required", true}, {"content", content_of(endpoint.request)}};
    return out;
}

// The shared schemas that some operation refers to, and those that these refer to.
json used_schemas(const json& paths) {
    static constexpr std::string_view kPrefix = "#/components/schemas/";
    const json all = openapi_schemas();
    json used = json::object();
    std::vector<json> unread{paths};
    while (!unread.empty()) {
        const json part = std::move(unread.back());
        unread.pop_back();
        for (const auto& [name, value] : part.items()) {
            if (value.is_structured()) unread.push_back(value);
            if (name != "$ref" || !value.is_string()) continue;
            const auto component = value.get<std::string>().substr(kPrefix.size());
            if (used.contains(component)) continue;
            used[component] = all.at(component); // throws for a row that names what isn't there: a test reads them all
            unread.push_back(used[component]);
        }
    }
    return used;
}

json openapi_document(const AppContext& context, const Request& request) {
    json paths = json::object();
    std::vector<std::string> tags;
    for (const auto& endpoint : context.router->endpoints()) {
        if (endpoint.hidden) continue;
        paths[endpoint.path][http::to_lower(endpoint.method)] = operation_of(endpoint);
        if (std::ranges::find(tags, endpoint.tag) == tags.end()) tags.push_back(endpoint.tag);
    }
    json tag_list = json::array();
    for (const auto& tag : tags) tag_list.push_back({{"name", tag}, {"description", tag}});
    return {{"openapi", "3.0.3"},
            {"info",
             {{"title", "Sarhad"},
              {"description", "Border management: layers of a frontier as features and tiles."},
              {"version", kInterfaceVersion},
              {"license", {{"name", "Apache-2.0"}, {"url", "https://www.apache.org/licenses/LICENSE-2.0"}}}}},
            {"servers", {{{"url", base_url(context, request)}}}},
            {"security", {json::object(), {{"bearer", json::array()}}}},
            {"tags", tag_list},
            {"paths", paths},
            {"components",
             {{"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}},
              {"schemas", used_schemas(paths)}}}};
}

Response openapi(AppContext& context, Request& request, const PathParams&, const Params& params) {
    return document_response(context, request, params, "The API", openapi_document(context, request), kMediaType);
}

} // namespace

std::vector<Endpoint> openapi_endpoints() {
    return {{.method = "GET",
             .path = "/api",
             .operation_id = "getApi",
             .summary = "This document.",
             .tag = "Capabilities",
             .params = {format_param()},
             .handler = openapi,
             .answer = {.media_types = {kMediaType, "text/html"}, .schema = R"({"type": "object"})"}}};
}

} // namespace server
