#include "layers/normalise/names.hpp"
#include "layers/normalise/normalise.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace layers::normalise {
namespace {

constexpr std::size_t kLongestName = 55; // 63 less the room for a number

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

struct TypeRow {
    const char* source;
    FieldType type;
};
constexpr std::array kTypes{
    TypeRow{"boolean", FieldType::boolean},     TypeRow{"integer", FieldType::integer},
    TypeRow{"number", FieldType::number},       TypeRow{"instant", FieldType::instant},
    TypeRow{"text_list", FieldType::text_list}, TypeRow{"json", FieldType::json},
};

FieldType field_type(const std::string& source) {
    const auto row = std::ranges::find_if(kTypes, [&](const auto& r) { return source == r.source; });
    return row == kTypes.end() ? FieldType::text : row->type;
}

GeometryKind geometry_kind(const std::string& source) {
    if (source == "point") return GeometryKind::point;
    if (source == "line") return GeometryKind::line;
    if (source == "polygon") return GeometryKind::polygon;
    return source == "none" ? GeometryKind::none : GeometryKind::any;
}

// Does a column of that name and type mean the common field? "nature" could be anything's nature; what the server
// computes is not taken from files.
bool is_common(const Field& common, const std::string& source_type) {
    if (common.setter == Setter::server || common.name == "nature") return false;
    const auto type = field_type(source_type);
    switch (common.type) {
    case FieldType::instant:
        return type == FieldType::instant;
    case FieldType::number:
        return type == FieldType::number || type == FieldType::integer;
    case FieldType::text_list:
        return type == FieldType::text_list || type == FieldType::text;
    default:
        return type == FieldType::text || common.name == "info_credibility" || common.name == "source_ref";
    }
}

} // namespace

std::string snake_case(std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (is_upper(c)) {
            if (i > 0 && is_lower_or_digit(name[i - 1]) && !out.ends_with('_')) out.push_back('_'); // shapeName
            out.push_back(static_cast<char>(c + 32));
        } else if (is_lower_or_digit(c)) {
            out.push_back(c);
        } else if (!out.empty() && !out.ends_with('_')) {
            out.push_back('_');
        }
    }
    while (out.ends_with('_')) out.pop_back();
    if (!out.empty() && out.front() >= '0' && out.front() <= '9') out.insert(0, "f_");
    return out.substr(0, kLongestName);
}

std::vector<std::string> field_names(const ingest::SourceSchema& schema) {
    static constexpr std::array<std::string_view, 5> kReserved{"id", "version", "geom", "geometry", "seq"};
    std::set<std::string> taken(kReserved.begin(), kReserved.end());
    for (const auto& common : common_fields()) taken.insert(common.name);
    std::set<std::string> common_used;
    std::vector<std::string> names;
    for (const auto& column : schema.fields) {
        auto base = snake_case(column.name);
        if (base.empty()) base = "field_" + std::to_string(names.size() + 1); // a name in another script
        const auto common = std::ranges::find(common_fields(), base, &Field::name);
        if (common != common_fields().end() && is_common(*common, column.type) && common_used.insert(base).second) {
            names.push_back(base);
            continue;
        }
        if (std::ranges::find(kReserved, base) != kReserved.end()) base = "source_" + base;
        auto name = base;
        for (int n = 2; !taken.insert(name).second; ++n) name = base + "_" + std::to_string(n);
        names.push_back(name);
    }
    return names;
}

Layer layer_for(const std::string& id, const ingest::SourceSchema& schema) {
    const auto names = field_names(schema);
    std::vector<Field> own;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool common = std::ranges::find(common_fields(), names[i], &Field::name) != common_fields().end();
        if (common) continue;
        Field field;
        field.name = names[i];
        field.type = field_type(schema.fields[i].type);
        field.title = schema.fields[i].name;
        own.push_back(std::move(field));
    }
    auto layer = make_layer(id, id, geometry_kind(schema.geometry), std::move(own));
    layer.built_in = false;
    return layer;
}

} // namespace layers::normalise
