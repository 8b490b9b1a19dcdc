// A process's row as the documents of OGC API - Processes describe it.
#include "server/processes/process.hpp"

#include <nlohmann/json.hpp>

namespace server::processes {
namespace {

using nlohmann::json;

json json_of(const geo::Value& value) {
    if (const auto* b = std::get_if<bool>(&value)) return *b;
    if (const auto* i = std::get_if<std::int64_t>(&value)) return *i;
    if (const auto* d = std::get_if<double>(&value)) return *d;
    if (const auto* s = std::get_if<std::string>(&value)) return *s;
    if (const auto* t = std::get_if<geo::Instant>(&value)) return geo::to_rfc3339(*t);
    if (const auto* l = std::get_if<geo::TextList>(&value)) return *l;
    return nullptr;
}

// A bound of a whole number without a fraction.
json bound(const Input& input, double value) {
    return input.kind == InputKind::integer ? json(static_cast<std::int64_t>(value)) : json(value);
}

json schema_of(const Input& input) {
    json schema;
    switch (input.kind) {
    case InputKind::boolean:
        schema = {{"type", "boolean"}};
        break;
    case InputKind::integer:
        schema = {{"type", "integer"}};
        break;
    case InputKind::number:
        schema = {{"type", "number"}};
        break;
    case InputKind::text:
        schema = {{"type", "string"}, {"maxLength", input.most}};
        break;
    case InputKind::choice:
        schema = {{"type", "string"}, {"enum", input.choices}};
        break;
    case InputKind::instant:
        schema = {{"type", "string"}, {"format", "date-time"}};
        break;
    case InputKind::text_list:
        schema = {{"type", "array"}, {"items", {{"type", "string"}}}, {"maxItems", input.most}};
        break;
    }
    if (input.minimum) schema["minimum"] = bound(input, *input.minimum);
    if (input.maximum) schema["maximum"] = bound(input, *input.maximum);
    if (input.otherwise) schema["default"] = json_of(*input.otherwise);
    return schema;
}

json described(const std::string& title, const std::string& text, json schema) {
    json out{{"title", title}, {"schema", std::move(schema)}};
    if (!text.empty()) out["description"] = text;
    return out;
}

} // namespace

json summary(const Process& process) {
    return {{"id", process.id},
            {"title", process.title},
            {"description", process.description},
            {"version", process.version},
            {"jobControlOptions", {"sync-execute", "async-execute", "dismiss"}},
            {"outputTransmission", json::array({"value"})}};
}

json description(const Process& process) {
    json out = summary(process);
    out["inputs"] = json::object();
    for (const auto& input : process.inputs) {
        auto& row = out["inputs"][input.name] = described(input.title, input.description, schema_of(input));
        row["minOccurs"] = input.required ? 1 : 0;
        row["maxOccurs"] = 1;
    }
    const auto& output = process.output;
    auto schema = json::parse(output.schema);
    schema["contentMediaType"] = output.media_type;
    out["outputs"][output.name] = described(output.title, output.description, std::move(schema));
    return out;
}

json inputs_schema(const Process& process) {
    json out{
        {"title", process.id}, {"type", "object"}, {"properties", json::object()}, {"additionalProperties", false}};
    for (const auto& input : process.inputs) {
        auto& property = out["properties"][input.name] = schema_of(input);
        property["title"] = input.title;
        if (!input.description.empty()) property["description"] = input.description;
        if (input.required) out["required"].push_back(input.name);
    }
    return out;
}

} // namespace server::processes
