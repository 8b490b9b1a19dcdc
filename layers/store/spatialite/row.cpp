#include "layers/store/spatialite/row.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/geometry_blob.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode, geo::Geometry, geo::GeometryType, geo::Value;

constexpr std::size_t kMaxRowBytes = 64 << 20;

bool fits(FieldType type, const Value& value) {
    switch (type) {
    case FieldType::boolean:
        return std::holds_alternative<bool>(value);
    case FieldType::integer:
        return std::holds_alternative<std::int64_t>(value);
    case FieldType::number: // NaN would come back as null
        return std::holds_alternative<double>(value) && std::isfinite(std::get<double>(value));
    case FieldType::text:
    case FieldType::enumeration:
        return std::holds_alternative<std::string>(value);
    case FieldType::instant:
        return std::holds_alternative<geo::Instant>(value);
    case FieldType::text_list:
        return std::holds_alternative<geo::TextList>(value);
    case FieldType::json:
        return std::holds_alternative<geo::Json>(value);
    }
    return false;
}

std::size_t bytes_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return text->size();
    if (const auto* json = std::get_if<geo::Json>(&value)) return json->text.size();
    std::size_t bytes = 8;
    if (const auto* list = std::get_if<geo::TextList>(&value)) {
        for (const auto& text : *list) bytes += text.size();
    }
    return bytes;
}

std::size_t bytes_of(const Geometry& geometry) {
    std::size_t bytes = geometry.points.size() * sizeof(geo::Point) + geometry.part_ends.size() * 8;
    for (const auto& member : geometry.members) bytes += bytes_of(member);
    return bytes;
}

// Ends rise and the last one is the whole.
bool adds_up(const std::vector<std::uint32_t>& ends, std::size_t whole) {
    std::uint32_t last = 0;
    for (const std::uint32_t end : ends) {
        if (end < last) return false;
        last = end;
    }
    return last == whole;
}

bool well_formed(const Geometry& g, int depth) {
    if (depth > 32 ||
        !std::ranges::all_of(g.points, [](const geo::Point& p) { return std::isfinite(p.x) && std::isfinite(p.y); })) {
        return false;
    }
    const bool no_members = g.members.empty();
    switch (g.type) {
    case GeometryType::none:
        return g.points.empty() && no_members;
    case GeometryType::point:
        return g.points.size() == 1 && no_members;
    case GeometryType::multi_point:
        return no_members;
    case GeometryType::line_string:
        return no_members && g.part_ends.size() == 1 && adds_up(g.part_ends, g.points.size());
    case GeometryType::multi_line_string:
        return no_members && adds_up(g.part_ends, g.points.size());
    case GeometryType::polygon:
        return no_members && g.polygon_ends.size() == 1 && adds_up(g.part_ends, g.points.size()) &&
               adds_up(g.polygon_ends, g.part_ends.size());
    case GeometryType::multi_polygon:
        return no_members && adds_up(g.part_ends, g.points.size()) && adds_up(g.polygon_ends, g.part_ends.size());
    case GeometryType::collection:
        return g.points.empty() && std::ranges::all_of(g.members, [&](const Geometry& member) {
                   return member.type != GeometryType::none && well_formed(member, depth + 1);
               });
    }
    return false;
}

[[noreturn]] void damaged() {
    throw Error{ErrorCode::storage_failed, "a stored row is damaged"};
}

Value read_value(const geo::wrap::Statement& row, int column, FieldType type) {
    if (row.is_null(column)) return geo::Null{};
    switch (type) {
    case FieldType::boolean:
        return row.integer(column) != 0;
    case FieldType::integer:
        return row.integer(column);
    case FieldType::number:
        return row.real(column);
    case FieldType::text:
    case FieldType::enumeration:
        return std::string{row.text(column)};
    case FieldType::instant:
        return geo::Instant{row.integer(column)};
    case FieldType::text_list:
        return texts_from_json(row.text(column));
    case FieldType::json:
        return geo::Json{std::string{row.text(column)}};
    }
    damaged();
}

std::string text_or_empty(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string{};
}

} // namespace

void make_storable(const Layer& layer, Record& record) {
    if (record.values.size() != layer.fields.size()) {
        throw Error{ErrorCode::invalid_input,
                    "a row of this layer has " + std::to_string(layer.fields.size()) + " fields"};
    }
    std::size_t bytes = bytes_of(record.geometry);
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        Value& value = record.values[i];
        if (geo::is_null(value) || i == common::recorded_at) continue;
        const Field& field = layer.fields[i];
        if (field.type == FieldType::number && std::holds_alternative<std::int64_t>(value)) {
            value = static_cast<double>(std::get<std::int64_t>(value));
        }
        if (!fits(field.type, value)) {
            throw Error{ErrorCode::invalid_input, std::string{"is no "} + name(field.type), field.name};
        }
        bytes += bytes_of(value);
    }
    if (bytes > kMaxRowBytes) throw Error{ErrorCode::too_large, "a row may not be larger than 64 MB"};
    if (record.geometry.box().empty() && record.geometry.points.empty()) record.geometry = {};
    if (!well_formed(record.geometry, 0)) throw Error{ErrorCode::invalid_geometry, "not a shape", "geometry"};
}

Label label_of(const Record& record) {
    const auto* releasable = std::get_if<geo::TextList>(&record.values[common::releasable_to]);
    return {text_or_empty(record.values[common::agency]), text_or_empty(record.values[common::handling]),
            text_or_empty(record.values[common::scenario_id]), releasable ? *releasable : geo::TextList{}};
}

void bind_value(geo::wrap::Statement& statement, int parameter, const Value& value) {
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, geo::Null>)
                statement.bind(parameter, nullptr);
            else if constexpr (std::is_same_v<T, bool>)
                statement.bind(parameter, v ? 1 : 0);
            else if constexpr (std::is_same_v<T, std::string>)
                statement.bind_text_view(parameter, v);
            else if constexpr (std::is_same_v<T, geo::Instant>)
                statement.bind(parameter, v.us);
            else if constexpr (std::is_same_v<T, geo::TextList>)
                statement.bind_text(parameter, texts_to_json(v));
            else if constexpr (std::is_same_v<T, geo::Json>)
                statement.bind_text_view(parameter, v.text);
            else
                statement.bind(parameter, v);
        },
        value);
}

void bind_values(geo::wrap::Statement& statement, const Layer& layer, const Record& record) {
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        bind_value(statement, parameter::fields + static_cast<int>(i), record.values[i]);
    }
    const geo::Box box = record.geometry.box();
    if (box.empty()) return; // parameters are null after a reset
    statement.bind(parameter::min_x, box.min_x);
    statement.bind(parameter::min_y, box.min_y);
    statement.bind(parameter::max_x, box.max_x);
    statement.bind(parameter::max_y, box.max_y);
    statement.bind_blob(parameter::fields + static_cast<int>(layer.fields.size()), to_blob(record.geometry, box));
}

geo::Uuid read_id(const geo::wrap::Statement& row, int column) {
    const std::string_view bytes = row.blob(column);
    geo::Uuid id;
    if (bytes.size() != id.bytes.size()) damaged();
    std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
    return id;
}

Record read_record(const geo::wrap::Statement& row, const Layer& layer) {
    Record record;
    record.id = read_id(row, column::id);
    record.version = row.integer(column::version);
    record.seq = row.integer(column::seq_from);
    record.values.reserve(layer.fields.size());
    int position = column::fields;
    for (const Field& field : layer.fields) record.values.push_back(read_value(row, position++, field.type));
    record.geometry = from_blob(row.blob(position));
    return record;
}

bool same_content(const Layer& layer, const Record& a, const Record& b, bool sealed_too) {
    if (a.values.size() != b.values.size() || a.geometry != b.geometry) return false;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        if (i == common::recorded_at || (!sealed_too && layer.fields[i].access == AccessClass::sealed)) continue;
        if (a.values[i] != b.values[i]) return false;
    }
    return true;
}

std::string box_bytes(const geo::Box& box) {
    if (box.empty()) return {};
    const double sides[] = {box.min_x, box.min_y, box.max_x, box.max_y};
    const bool is_point = box.min_x == box.max_x && box.min_y == box.max_y;
    return {reinterpret_cast<const char*>(sides), is_point ? sizeof sides / 2 : sizeof sides};
}

geo::Box box_from(std::string_view bytes) {
    if (bytes.empty()) return {};
    double sides[4];
    if (bytes.size() != sizeof sides && bytes.size() != sizeof sides / 2) damaged();
    std::memcpy(sides, bytes.data(), bytes.size());
    if (bytes.size() == sizeof sides) return {sides[0], sides[1], sides[2], sides[3]};
    return {sides[0], sides[1], sides[0], sides[1]};
}

} // namespace layers::store
