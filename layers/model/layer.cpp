#include "layers/model/layer.hpp"

#include "geo/error.hpp"

#include <algorithm>

namespace layers {

namespace {

bool snake_case(std::string_view s) {
    if (s.empty() || s.size() > 63 || !(s[0] >= 'a' && s[0] <= 'z')) return false;
    return std::ranges::all_of(s, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

} // namespace

std::optional<std::size_t> Layer::find(std::string_view field_name) const {
    const auto it = std::ranges::find(fields, field_name, &Field::name);
    if (it == fields.end()) return {};
    return static_cast<std::size_t>(it - fields.begin());
}

Layer make_layer(std::string id, std::string title, GeometryKind geometry, std::vector<Field> own) {
    using geo::Error, geo::ErrorCode;
    if (!snake_case(id)) {
        throw Error{ErrorCode::invalid_input, "a layer's id is lower case letters, digits and _: '" + id + "'", "id"};
    }
    Layer layer;
    layer.id = std::move(id);
    layer.title = std::move(title);
    layer.geometry = geometry;
    layer.fields = common_fields();
    for (auto& field : own) {
        // id, version and geom are every row's own; a field of that name could not be asked for.
        const bool taken = layer.find(field.name) || field.name == "id" || field.name == "version" ||
                           field.name == "geom" || field.name == "geometry";
        if (taken) throw Error{ErrorCode::invalid_input, "field '" + field.name + "' is there already", field.name};
        if (!snake_case(field.name)) {
            throw Error{ErrorCode::invalid_input, "a field's name is lower case letters, digits and _", field.name};
        }
        layer.fields.push_back(std::move(field));
    }
    return layer;
}

Catalogue::Catalogue() {
    for (const auto& layer : built_in_layers()) layers_.push_back(std::make_shared<const Layer>(layer));
}

std::shared_ptr<const Layer> Catalogue::find(std::string_view id) const {
    const auto it = std::ranges::find_if(layers_, [&](const auto& layer) { return layer->id == id; });
    return it == layers_.end() ? nullptr : *it;
}

std::vector<std::shared_ptr<const Layer>> Catalogue::all() const {
    return layers_;
}

Catalogue Catalogue::with(Layer layer) const {
    if (find(layer.id) || std::ranges::find(derived_layers(), layer.id, &Layer::id) != derived_layers().end()) {
        throw geo::Error{geo::ErrorCode::conflict, "a collection '" + layer.id + "' is there already", "id"};
    }
    Catalogue grown = *this;
    grown.layers_.push_back(std::make_shared<const Layer>(std::move(layer)));
    return grown;
}

} // namespace layers
