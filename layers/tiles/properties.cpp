#include "layers/tiles/properties.hpp"

#include <algorithm>

namespace layers::tiles {

namespace {

bool scalar(FieldType type) {
    return type != FieldType::json && type != FieldType::text_list;
}

bool common_on_the_map(std::size_t ordinal) {
    using namespace common;
    constexpr std::size_t kShown[] = {agency,          scenario_id,        valid_from,       valid_to,
                                      geo_precision_m, source_reliability, info_credibility, handling};
    return std::ranges::find(kShown, ordinal) != std::end(kShown);
}

} // namespace

std::vector<std::size_t> tile_fields(const Layer& layer, const std::vector<bool>& visible,
                                     const std::vector<std::string>& properties) {
    std::vector<std::size_t> fields;
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        if (!visible[i] || !scalar(layer.fields[i].type)) continue;
        const bool wanted = properties.empty()
                                ? i >= common::count || (!layer.reference && common_on_the_map(i))
                                : std::ranges::find(properties, layer.fields[i].name) != properties.end();
        if (wanted) fields.push_back(i);
    }
    return fields;
}

const char* tilejson_type(FieldType type) {
    if (type == FieldType::boolean) return "Boolean";
    return type == FieldType::integer || type == FieldType::number ? "Number" : "String";
}

TagWriter::TagWriter(encode::TileLayer& out, const index::Segment& segment, const Layer& layer,
                     const std::vector<std::size_t>& fields, std::optional<geo::Instant> state_at)
    : out_{out}, segment_{segment}, id_key_{out.key("id")}, states_{segment, layer, state_at} {
    for (const std::size_t ordinal : fields)
        tags_.push_back({ordinal, &segment.column(ordinal), out.key(layer.fields[ordinal].name), {}});
}

void TagWriter::write(index::Row row) {
    out_.tag(id_key_, out_.unique_text(geo::to_string(segment_.id(row))));
    for (auto& tag : tags_) {
        const index::Column& column = *tag.column;
        if (states_.replaces(tag.ordinal)) {
            const auto& state = states_.state(row);
            if (const auto* text = std::get_if<std::string>(&state)) out_.tag(tag.key, out_.text(*text));
            continue;
        }
        if (column.is_null(row)) continue;
        switch (column.type) {
        case FieldType::boolean:
            out_.tag(tag.key, out_.boolean(column.booleans[row] == 1));
            break;
        case FieldType::integer:
            out_.tag(tag.key, out_.integer(column.integers[row]));
            break;
        case FieldType::number:
            out_.tag(tag.key, out_.number(column.numbers[row]));
            break;
        case FieldType::instant:
            out_.tag(tag.key, out_.text(geo::to_rfc3339({column.integers[row]})));
            break;
        default: {
            const auto [it, fresh] = tag.value_of_code.try_emplace(column.codes[row], 0);
            if (fresh) it->second = out_.text(column.entry(column.codes[row]));
            out_.tag(tag.key, it->second);
        }
        }
    }
}

} // namespace layers::tiles
