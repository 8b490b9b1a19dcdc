#include "layers/model/layer.hpp"
#include "layers/model/names.hpp"

#include "geo/error.hpp"

#include <nlohmann/json.hpp>

namespace layers {

std::string layer_to_json(const Layer& layer) {
    nlohmann::json own = nlohmann::json::array();
    for (std::size_t i = common::count; i < layer.fields.size(); ++i) {
        const Field& f = layer.fields[i];
        own.push_back({{"name", f.name},
                       {"type", name(f.type)},
                       {"title", f.title},
                       {"description", f.description},
                       {"unit", f.unit},
                       {"values", f.values},
                       {"access", name(f.access)},
                       {"required", f.required}});
    }
    const nlohmann::json j{{"id", layer.id},
                           {"title", layer.title},
                           {"description", layer.description},
                           {"geometry", name(layer.geometry)},
                           {"change", name(layer.change)},
                           {"reference", layer.reference},
                           {"attribution", layer.attribution},
                           {"fields", own}};
    return j.dump();
}

Layer layer_from_json(std::string_view text) {
    try {
        const auto j = nlohmann::json::parse(text);
        std::vector<Field> own;
        for (const auto& f : j.at("fields")) {
            Field field;
            field.name = f.at("name");
            field.type = field_type_from(f.at("type").get<std::string>()).value();
            field.title = f.at("title");
            field.description = f.at("description");
            field.unit = f.at("unit");
            field.values = f.at("values");
            field.access = access_class_from(f.at("access").get<std::string>()).value();
            field.required = f.at("required");
            own.push_back(std::move(field));
        }
        Layer layer = make_layer(j.at("id"), j.at("title"),
                                 geometry_kind_from(j.at("geometry").get<std::string>()).value(), std::move(own));
        layer.description = j.at("description");
        layer.change = change_rule_from(j.at("change").get<std::string>()).value();
        layer.reference = j.at("reference");
        layer.attribution = j.at("attribution");
        layer.built_in = false;
        return layer;
    } catch (const nlohmann::json::exception&) {
        throw geo::Error{geo::ErrorCode::invalid_input, "not a layer's description"};
    } catch (const std::bad_optional_access&) {
        throw geo::Error{geo::ErrorCode::invalid_input, "a layer's description names an unknown type"};
    }
}

} // namespace layers
