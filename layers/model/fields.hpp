// Short makers of Field, so that a layer's file reads as a table.
#pragma once

#include "layers/model/layer.hpp"

namespace layers::fields {

inline Field text(std::string name, std::string title, std::string description = {}) {
    return {std::move(name), FieldType::text, std::move(title), std::move(description), {}, {}};
}
inline Field integer(std::string name, std::string title, std::string unit = {}, std::string description = {}) {
    return {std::move(name), FieldType::integer, std::move(title), std::move(description), std::move(unit), {}};
}
inline Field number(std::string name, std::string title, std::string unit = {}, std::string description = {}) {
    return {std::move(name), FieldType::number, std::move(title), std::move(description), std::move(unit), {}};
}
inline Field boolean(std::string name, std::string title, std::string description = {}) {
    return {std::move(name), FieldType::boolean, std::move(title), std::move(description), {}, {}};
}
inline Field instant(std::string name, std::string title, std::string description = {}) {
    return {std::move(name), FieldType::instant, std::move(title), std::move(description), {}, {}};
}
inline Field text_list(std::string name, std::string title, std::string description = {}) {
    return {std::move(name), FieldType::text_list, std::move(title), std::move(description), {}, {}};
}
inline Field json(std::string name, std::string title, std::string description = {}) {
    return {std::move(name), FieldType::json, std::move(title), std::move(description), {}, {}};
}
inline Field choice(std::string name, std::string title, std::vector<std::string> values,
                    std::string description = {}) {
    return {std::move(name), FieldType::enumeration, std::move(title), std::move(description), {}, std::move(values)};
}
inline Field with(Field field, AccessClass access) {
    field.access = access;
    return field;
}
inline Field required(Field field) {
    field.required = true;
    return field;
}
inline Field not_negative(Field field) {
    field.minimum = 0;
    return field;
}
inline Field by_server(Field field) {
    field.setter = Setter::server;
    return field;
}

} // namespace layers::fields
