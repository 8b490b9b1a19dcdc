#include "layers/encode/feature_json.hpp"

#include "geo/error.hpp"
#include "layers/model/sealed.hpp"

#include <algorithm>

namespace layers::encode {

namespace {

void append_column(std::string& out, const index::Column& column, index::Row row) {
    if (column.is_null(row)) {
        out += "null";
        return;
    }
    switch (column.type) {
    case FieldType::boolean:
        out += column.booleans[row] == 1 ? "true" : "false";
        return;
    case FieldType::integer:
        append_number(out, column.integers[row]);
        return;
    case FieldType::instant:
        out += '"';
        out += geo::to_rfc3339({column.integers[row]});
        out += '"';
        return;
    case FieldType::number:
        append_number(out, column.numbers[row]);
        return;
    case FieldType::json:
        out += column.entry(column.codes[row]);
        return;
    case FieldType::text_list:
        append_value(out, column.value(row));
        return;
    case FieldType::text:
    case FieldType::enumeration:
        append_quoted(out, column.entry(column.codes[row]));
        return;
    }
}

} // namespace

FeatureWriter::FeatureWriter(const Layer& layer, const std::vector<bool>& visible,
                             const std::vector<std::string>& properties, std::optional<geo::Instant> state_at)
    : layer_{layer}, state_at_{state_at} {
    const auto wanted = [&](const std::string& field) {
        return properties.empty() || std::ranges::find(properties, field) != properties.end();
    };
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        if (!visible[i] || !wanted(layer.fields[i].name)) continue;
        std::string prefix = ",";
        append_quoted(prefix, layer.fields[i].name);
        fields_.push_back({i, prefix + ":", layer.fields[i].access == AccessClass::sealed});
    }
    version_ = wanted("version");
    for (const auto& name : properties) {
        const auto ordinal = layer.find(name);
        if (name != "version" && name != "id" && (!ordinal || !visible[*ordinal]))
            throw geo::Error{geo::ErrorCode::invalid_input, "unknown property '" + name + "'", "properties"};
    }
}

void FeatureWriter::append(std::string& out, const index::Segment& segment, index::Row row) {
    out += R"({"type":"Feature","id":")";
    out += geo::to_string(segment.id(row));
    out += R"(","geometry":)";
    if (transformer && !transformer->identity()) {
        geo::Geometry geometry = segment.geometry(row);
        transformer->apply(geometry);
        append_geometry(out, geometry, style);
    } else if (segment.type(row) == geo::GeometryType::point && segment.vertices(row).size() == 1) {
        const geo::Point p = segment.lon_lat(row)[0];
        out += R"({"type":"Point","coordinates":[)";
        append_number(out, style.swap_axes ? p.y : p.x);
        out += ',';
        append_number(out, style.swap_axes ? p.x : p.y);
        out += "]}";
    } else {
        append_geometry(out, segment.geometry(row), style);
    }
    out += R"(,"properties":{)";
    const std::size_t start = out.size();
    if (version_) {
        out += R"(,"version":)";
        append_number(out, segment.version(row));
    }
    if (state_at_ && states_of_ != &segment) {
        states_.emplace(segment, layer_, state_at_);
        states_of_ = &segment;
    }
    for (const auto& field : fields_) {
        out += field.prefix;
        if (states_ && states_->replaces(field.ordinal))
            append_value(out, states_->state(row));
        else if (field.sealed && !segment.column(field.ordinal).is_null(row))
            append_value(
                out, sealed_at(segment.column(field.ordinal).entry(segment.column(field.ordinal).codes[row]), now_));
        else
            append_column(out, segment.column(field.ordinal), row);
    }
    if (out.size() > start) out.erase(start, 1); // the first comma
    out += "}}";
}

} // namespace layers::encode
