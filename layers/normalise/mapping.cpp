#include "geo/error.hpp"
#include "layers/normalise/coerce.hpp"
#include "layers/normalise/normalise.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace layers::normalise {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& why, const std::string& pointer) {
    throw geo::Error{geo::ErrorCode::invalid_input, "the mapping: " + why, pointer};
}

// RFC 6901
std::string step(std::string key) {
    std::string out = "/";
    for (const char c : key) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

std::string text_of(const Json& value, const std::string& pointer) {
    if (!value.is_string()) refuse("a text is wanted here", pointer);
    return value.get<std::string>();
}

geo::Value value_of(const Json& value, const std::string& pointer) {
    switch (value.type()) {
    case Json::value_t::null:
        return geo::Null{};
    case Json::value_t::boolean:
        return value.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        return value.get<std::int64_t>();
    case Json::value_t::number_float:
        return value.get<double>();
    case Json::value_t::string:
        return value.get<std::string>();
    case Json::value_t::array: {
        geo::TextList list;
        for (const auto& member : value) list.push_back(text_of(member, pointer));
        return list;
    }
    default:
        refuse("a text, a number, true, false or a list of texts is wanted here", pointer);
    }
}

Json json_of(const geo::Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* list = std::get_if<geo::TextList>(&value)) return *list;
    return nullptr; // value_of() makes no others
}

const Json& object_at(const Json& value, const std::string& pointer) {
    if (!value.is_object()) refuse("an object is wanted here", pointer);
    return value;
}

void read_lookups(const Json& value, Mapping& out) {
    for (const auto& [field, table] : object_at(value, "/lookups").items()) {
        const auto at = "/lookups" + step(field);
        for (const auto& [from, to] : object_at(table, at).items())
            out.lookups[field][from] = value_of(to, at + step(from));
    }
}

void read_objects(const Json& value, Mapping& out) {
    for (const auto& [field, members] : object_at(value, "/objects").items()) {
        const auto at = "/objects" + step(field);
        for (const auto& [name, source] : object_at(members, at).items()) {
            const auto here = at + step(name);
            Member member;
            if (source.is_string()) {
                member.column = source.get<std::string>();
            } else if (source.is_object() && source.size() == 1 && source.contains("value")) {
                member.constant = value_of(source["value"], here + "/value");
            } else {
                refuse("a column's name or {\"value\": …} is wanted here", here);
            }
            out.objects[field][name] = member;
        }
    }
}

void read_member(const std::string& key, const Json& value, Mapping& out) {
    const auto at = step(key);
    if (key == "name") {
        out.name = text_of(value, at);
    } else if (key == "layer") {
        out.layer = text_of(value, at);
    } else if (key == "columns") {
        for (const auto& [field, column] : object_at(value, at).items())
            out.columns[field] = text_of(column, at + step(field));
    } else if (key == "constants") {
        for (const auto& [field, constant] : object_at(value, at).items())
            out.constants[field] = value_of(constant, at + step(field));
    } else if (key == "lookups") {
        read_lookups(value, out);
    } else if (key == "objects") {
        read_objects(value, out);
    } else if (key == "whole_days") {
        if (!value.is_array()) refuse("a list of fields is wanted here", at);
        for (const auto& field : value) out.whole_days.push_back(text_of(field, at));
    } else if (key == "naive_times_are") {
        out.naive_times_are = text_of(value, at);
        if (out.naive_times_are != "UTC") refuse("naive_times_are can only be \"UTC\"", at);
    } else if (key == "crs") {
        out.crs = text_of(value, at);
    } else if (key == "note") {
        out.note = text_of(value, at);
    } else {
        refuse("it has an unknown member \"" + key.substr(0, 60) + "\"", at);
    }
}

const Field& field_of(const Layer& layer, const std::string& name, const std::string& pointer) {
    const auto ordinal = layer.find(name);
    if (!ordinal) refuse("the layer " + layer.id + " has no field \"" + name.substr(0, 60) + "\"", pointer);
    const auto& field = layer.fields[*ordinal];
    if (field.setter == Setter::server) refuse("the field \"" + name + "\" is set by the server", pointer);
    return field;
}

void check_value(const geo::Value& value, const Field& field, const std::string& pointer) {
    const auto result = coerce(value, field, {});
    if (const auto* refusal = std::get_if<Refusal>(&result)) refuse(refusal->reason, pointer);
}

} // namespace

Mapping mapping_from_json(std::string_view json) {
    if (json.size() > 1 << 20) refuse("it is larger than 1 MB", "");
    const auto document = Json::parse(json, nullptr, false);
    if (document.is_discarded()) refuse("it is not valid JSON", "");
    Mapping out;
    for (const auto& [key, value] : object_at(document, "").items()) read_member(key, value, out);
    return out;
}

std::string to_json(const Mapping& mapping) {
    Json out = Json::object();
    const auto put_text = [&out](const char* key, const std::string& text) {
        if (!text.empty()) out[key] = text;
    };
    put_text("name", mapping.name);
    put_text("layer", mapping.layer);
    put_text("naive_times_are", mapping.naive_times_are);
    put_text("crs", mapping.crs);
    put_text("note", mapping.note);
    for (const auto& [field, column] : mapping.columns) out["columns"][field] = column;
    for (const auto& [field, value] : mapping.constants) out["constants"][field] = json_of(value);
    for (const auto& [field, table] : mapping.lookups) {
        for (const auto& [from, to] : table) out["lookups"][field][from] = json_of(to);
    }
    for (const auto& [field, members] : mapping.objects) {
        for (const auto& [name, member] : members) {
            out["objects"][field][name] =
                member.column.empty() ? Json{{"value", json_of(member.constant)}} : Json(member.column);
        }
    }
    if (!mapping.whole_days.empty()) out["whole_days"] = mapping.whole_days;
    return out.dump();
}

void check_mapping(const Mapping& mapping, const Layer& layer) {
    if (!mapping.layer.empty() && mapping.layer != layer.id) {
        refuse("it is for the layer " + mapping.layer + ", not for " + layer.id, "/layer");
    }
    for (const auto& [field, column] : mapping.columns) field_of(layer, field, "/columns" + step(field));
    for (const auto& [name, value] : mapping.constants) {
        check_value(value, field_of(layer, name, "/constants" + step(name)), "/constants" + step(name));
    }
    for (const auto& [name, table] : mapping.lookups) {
        const auto& field = field_of(layer, name, "/lookups" + step(name));
        if (!mapping.columns.contains(name)) refuse("a look-up needs its column", "/lookups" + step(name));
        for (const auto& [from, to] : table) check_value(to, field, "/lookups" + step(name) + step(from));
    }
    for (const auto& [name, members] : mapping.objects) {
        if (field_of(layer, name, "/objects" + step(name)).type != FieldType::json) {
            refuse("the field \"" + name + "\" does not hold JSON", "/objects" + step(name));
        }
    }
    for (const auto& name : mapping.whole_days) {
        if (field_of(layer, name, "/whole_days").type != FieldType::instant) {
            refuse("the field \"" + name + "\" does not hold a time", "/whole_days");
        }
    }
}

} // namespace layers::normalise
