// The one table of names for the enums of the model, both ways.
#pragma once

#include "layers/model/layer.hpp"

namespace layers {

const char* name(ChangeRule rule);
std::optional<FieldType> field_type_from(std::string_view name);
std::optional<AccessClass> access_class_from(std::string_view name);
std::optional<GeometryKind> geometry_kind_from(std::string_view name);
std::optional<ChangeRule> change_rule_from(std::string_view name);

// Does a shape of this type belong into a layer of that kind? (A multi-point is a point kind, and so on.)
bool fits(geo::GeometryType type, GeometryKind kind);

} // namespace layers
