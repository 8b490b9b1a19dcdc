#include "layers/model/names.hpp"

#include <array>

namespace layers {

namespace {

template <typename E, std::size_t N>
using Names = std::array<std::pair<E, const char*>, N>;

constexpr Names<FieldType, 8> kFieldTypes{{{FieldType::boolean, "boolean"},
                                           {FieldType::integer, "integer"},
                                           {FieldType::number, "number"},
                                           {FieldType::text, "text"},
                                           {FieldType::enumeration, "enumeration"},
                                           {FieldType::instant, "instant"},
                                           {FieldType::text_list, "text_list"},
                                           {FieldType::json, "json"}}};
constexpr Names<AccessClass, 4> kAccessClasses{{{AccessClass::open, "open"},
                                                {AccessClass::agency, "agency"},
                                                {AccessClass::need_to_know, "need_to_know"},
                                                {AccessClass::sealed, "sealed"}}};
constexpr Names<GeometryKind, 5> kGeometryKinds{{{GeometryKind::none, "none"},
                                                 {GeometryKind::point, "point"},
                                                 {GeometryKind::line, "line"},
                                                 {GeometryKind::polygon, "polygon"},
                                                 {GeometryKind::any, "any"}}};
constexpr Names<ChangeRule, 3> kChangeRules{
    {{ChangeRule::replace, "replace"}, {ChangeRule::statements, "statements"}, {ChangeRule::states, "states"}}};

template <typename Table, typename E>
const char* name_in(const Table& table, E value) {
    for (const auto& [v, n] : table)
        if (v == value) return n;
    return "";
}

template <typename E, std::size_t N>
std::optional<E> value_in(const Names<E, N>& table, std::string_view wanted) {
    for (const auto& [v, n] : table)
        if (wanted == n) return v;
    return {};
}

} // namespace

const char* name(FieldType type) {
    return name_in(kFieldTypes, type);
}
const char* name(AccessClass access) {
    return name_in(kAccessClasses, access);
}
const char* name(GeometryKind kind) {
    return name_in(kGeometryKinds, kind);
}
const char* name(ChangeRule rule) {
    return name_in(kChangeRules, rule);
}
std::optional<FieldType> field_type_from(std::string_view n) {
    return value_in(kFieldTypes, n);
}
std::optional<AccessClass> access_class_from(std::string_view n) {
    return value_in(kAccessClasses, n);
}
std::optional<GeometryKind> geometry_kind_from(std::string_view n) {
    return value_in(kGeometryKinds, n);
}
std::optional<ChangeRule> change_rule_from(std::string_view n) {
    return value_in(kChangeRules, n);
}

bool fits(geo::GeometryType type, GeometryKind kind) {
    using geo::GeometryType;
    switch (kind) {
    case GeometryKind::none:
        return type == GeometryType::none;
    case GeometryKind::any:
        return type != GeometryType::none;
    case GeometryKind::point:
        return type == GeometryType::point || type == GeometryType::multi_point;
    case GeometryKind::line:
        return type == GeometryType::line_string || type == GeometryType::multi_line_string;
    case GeometryKind::polygon:
        return type == GeometryType::polygon || type == GeometryType::multi_polygon;
    }
    return false;
}

} // namespace layers
