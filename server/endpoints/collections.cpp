#include "server/endpoints/collections.hpp"

#include "layers/index/sources.hpp"
#include "layers/model/layer.hpp"
#include "server/endpoints/reading.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using nlohmann::json;

Response list_collections(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const std::string base = base_url(context, request);
    json collections = json::array();
    for (const auto& layer : context.sources->layers())
        if (auto found = context.sources->find(caller, layer->id))
            collections.push_back(collection_json(context, base, {std::move(found->policy), std::move(found->view)}));
    const json document{{"links", {link(base + "/collections", "self", "application/json", "Collections")}},
                        {"collections", std::move(collections)}};
    auto response = document_response(context, request, params, "Collections", document);
    private_answer(request, response);
    return response;
}

Response get_collection(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto readable = readable_layer(context, reading_caller(context, request, params), path.text("id"));
    auto response = document_response(context, request, params, readable.layer().title,
                                      collection_json(context, base_url(context, request), readable));
    private_answer(request, response);
    return response;
}

// One field as JSON Schema; the access class tells a form why a value is not there.
json field_schema(const layers::Field& field) {
    using layers::FieldType;
    json out{{"title", field.title.empty() ? field.name : field.title},
             {"x-sarhad-access", layers::name(field.access)},
             {"x-sarhad-type", layers::name(field.type)}};
    if (!field.description.empty()) out["description"] = field.description;
    if (!field.unit.empty()) out["x-ogc-unit"] = field.unit;
    switch (field.type) {
    case FieldType::boolean:
        out["type"] = "boolean";
        break;
    case FieldType::integer:
        out["type"] = "integer";
        break;
    case FieldType::number:
        out["type"] = "number";
        break;
    case FieldType::text:
        out["type"] = "string";
        break;
    case FieldType::enumeration:
        out["type"] = "string";
        out["enum"] = field.values;
        break;
    case FieldType::instant:
        out["type"] = "string";
        out["format"] = "date-time";
        break;
    case FieldType::text_list:
        out["type"] = "array";
        out["items"] = {{"type", "string"}};
        break;
    case FieldType::json:
        break; // any value
    }
    if (field.minimum) out["minimum"] = *field.minimum;
    if (field.setter == layers::Setter::server) out["readOnly"] = true;
    return out;
}

const char* geometry_format(layers::GeometryKind kind) {
    switch (kind) {
    case layers::GeometryKind::point:
        return "geometry-point-or-multipoint";
    case layers::GeometryKind::line:
        return "geometry-linestring-or-multilinestring";
    case layers::GeometryKind::polygon:
        return "geometry-polygon-or-multipolygon";
    case layers::GeometryKind::none:
    case layers::GeometryKind::any:
        return "geometry-any";
    }
    return "geometry-any";
}

json schema_of(const ReadableLayer& readable, const std::string& id, bool queryables) {
    const auto& layer = readable.layer();
    json properties{{"id", {{"title", "Id"}, {"type", "string"}, {"format", "uuid"}, {"x-ogc-role", "id"}}},
                    {"version", {{"title", "Version"}, {"type", "integer"}, {"readOnly", true}}}};
    properties[queryables ? "geom" : "geometry"] = {
        {"title", "Geometry"}, {"format", geometry_format(layer.geometry)}, {"x-ogc-role", "primary-geometry"}};
    json required = json::array();
    int order = 0;
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        const auto& field = layer.fields[i];
        if (!readable.policy.visible[i]) continue;
        // JSON documents can be read and shown, but CQL2 has no comparison for them.
        if (queryables && field.type == layers::FieldType::json) continue;
        auto& entry = properties[field.name] = field_schema(field);
        entry["x-ogc-propertySeq"] = ++order;
        if (i < layers::common::count) entry["x-sarhad-common"] = true;
        if (field.required) required.push_back(field.name);
    }
    json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
             {"$id", id},
             {"type", "object"},
             {"title", layer.title},
             {"description", layer.description},
             {"properties", std::move(properties)},
             {"additionalProperties", false}};
    if (!queryables) {
        out["required"] = std::move(required);
        out["x-sarhad-change"] = layer.change == layers::ChangeRule::replace      ? "replace"
                                 : layer.change == layers::ChangeRule::statements ? "statements"
                                                                                  : "states";
    }
    return out;
}

Response describe(AppContext& context, Request& request, const PathParams& path, const Params& params,
                  bool queryables) {
    const auto readable = readable_layer(context, reading_caller(context, request, params), path.text("id"));
    const std::string id =
        base_url(context, request) + "/collections/" + readable.layer().id + (queryables ? "/queryables" : "/schema");
    auto response = document_response(context, request, params, readable.layer().title,
                                      schema_of(readable, id, queryables), "application/schema+json");
    private_answer(request, response);
    return response;
}

Response get_queryables(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return describe(context, request, path, params, true);
}

Response get_schema(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return describe(context, request, path, params, false);
}

} // namespace

std::vector<Endpoint> collections_endpoints() {
    const auto both = [](const char* what, const char* json_type) {
        return Body{.media_types = {json_type, "text/html"}, .schema = {}, .description = what};
    };
    return {
        {.method = "GET",
         .path = "/collections",
         .operation_id = "getCollections",
         .summary = "The layers this caller may read",
         .tag = "Features",
         .params = {scenario_param(), format_param()},
         .handler = list_collections,
         .answer = both("The collections", "application/json")},
        {.method = "GET",
         .path = "/collections/{id}",
         .operation_id = "describeCollection",
         .summary = "One layer: extent, count, links",
         .tag = "Features",
         .params = {collection_id_param(), scenario_param(), format_param()},
         .handler = get_collection,
         .answer = both("The collection", "application/json")},
        {.method = "GET",
         .path = "/collections/{id}/queryables",
         .operation_id = "getQueryables",
         .summary = "What a filter may name",
         .tag = "Features",
         .params = {collection_id_param(), scenario_param(), format_param()},
         .handler = get_queryables,
         .answer = both("JSON Schema of the queryables", "application/schema+json")},
        {.method = "GET",
         .path = "/collections/{id}/schema",
         .operation_id = "getSchema",
         .summary = "The layer's fields with titles, units and access classes",
         .tag = "Features",
         .params = {collection_id_param(), scenario_param(), format_param()},
         .handler = get_schema,
         .answer = both("JSON Schema of a feature's properties", "application/schema+json")},
    };
}

} // namespace server
