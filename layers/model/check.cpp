#include "layers/model/layer.hpp"
#include "layers/model/names.hpp"

#include <algorithm>
#include <cmath>

namespace layers {

namespace {

bool right_type(FieldType type, const geo::Value& v) {
    switch (type) {
    case FieldType::boolean:
        return std::holds_alternative<bool>(v);
    case FieldType::integer:
        return std::holds_alternative<std::int64_t>(v);
    case FieldType::number:
        return std::holds_alternative<double>(v) && std::isfinite(std::get<double>(v));
    case FieldType::text:
    case FieldType::enumeration:
        return std::holds_alternative<std::string>(v);
    case FieldType::instant:
        return std::holds_alternative<geo::Instant>(v);
    case FieldType::text_list:
        return std::holds_alternative<geo::TextList>(v);
    case FieldType::json:
        return std::holds_alternative<geo::Json>(v);
    }
    return false;
}

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

double number_in(const geo::Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    const auto* number = std::get_if<double>(&value);
    return number ? *number : 0;
}

// The two ends of a range, where both are there: the later one is told when they are the wrong way round.
void check_order(const Layer& layer, const Record& record, const char* low, const char* high,
                 std::vector<Fault>& faults) {
    const auto from = layer.find(low), to = layer.find(high);
    if (!from || !to || geo::is_null(record.values[*from]) || geo::is_null(record.values[*to])) return;
    if (number_in(record.values[*to]) < number_in(record.values[*from]))
        faults.push_back({high, std::string{"is below "} + low});
}

void check_geometry(const Layer& layer, const geo::Geometry& geometry, std::vector<Fault>& faults) {
    if (geometry.type == geo::GeometryType::none) {
        // "Not located" is an honest answer for a place of a table; the rest of Sarhad copes with a row without a
        // shape.
        return;
    }
    if (!fits(geometry.type, layer.geometry)) {
        faults.push_back({"geometry", std::string{"a "} + geo::type_name(geometry.type) + " where the layer holds " +
                                          name(layer.geometry)});
    }
    if (!geo::on_earth(geometry)) {
        faults.push_back({"geometry", "coordinates off the earth (longitude within ±180, latitude within ±90)"});
    }
}

} // namespace

std::vector<Fault> check(const Layer& layer, const Record& record) {
    std::vector<Fault> faults;
    if (record.values.size() != layer.fields.size()) {
        return {{"", "a row of this layer has " + std::to_string(layer.fields.size()) + " fields"}};
    }
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        const Field& field = layer.fields[i];
        const geo::Value& value = record.values[i];
        if (geo::is_null(value)) {
            if (field.required) faults.push_back({field.name, "is required"});
            continue;
        }
        if (!right_type(field.type, value)) {
            faults.push_back({field.name, std::string{"is no "} + name(field.type)});
            continue;
        }
        if (field.minimum && number_in(value) < *field.minimum) faults.push_back({field.name, "is too small"});
        if (field.type == FieldType::enumeration &&
            std::ranges::find(field.values, std::get<std::string>(value)) == field.values.end()) {
            faults.push_back(
                {field.name, "'" + std::get<std::string>(value) + "' is none of: " + joined(field.values)});
        }
    }
    const auto& from = record.values[common::valid_from];
    const auto& to = record.values[common::valid_to];
    if (std::holds_alternative<geo::Instant>(from) && std::holds_alternative<geo::Instant>(to) &&
        std::get<geo::Instant>(to) < std::get<geo::Instant>(from)) {
        faults.push_back({"valid_to", "is before valid_from"});
    }
    check_order(layer, record, "count_min", "count_max", faults);
    check_order(layer, record, "from_m", "to_m", faults);
    check_geometry(layer, record.geometry, faults);
    return faults;
}

} // namespace layers
