#include "layers/tiles/properties.hpp"

#include <algorithm>
#include <bit>

namespace layers::tiles {

namespace {

constexpr std::uint32_t kSmallDictionary = 1024; // larger ones are not cleared for every tile
constexpr int kRecentBits = 7;

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
        // Texts of a derived layer say why; a map that shows thousands of its rows asks for that when one is chosen.
        const bool explains = layer.derived && layer.fields[i].type == FieldType::text;
        const bool own = i >= common::count && !explains;
        const bool wanted = properties.empty()
                                ? own || (i < common::count && !layer.reference && common_on_the_map(i))
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
    for (const std::size_t ordinal : fields) {
        Tag& tag = tags_.emplace_back();
        tag.ordinal = ordinal;
        tag.column = &segment.column(ordinal);
        tag.key = out.key(layer.fields[ordinal].name);
        if (tag.column->coded() && tag.column->dictionary_size() < kSmallDictionary)
            tag.value_of_code.assign(tag.column->dictionary_size() + 1, kUnknown);
        if (tag.column->type == FieldType::integer || tag.column->type == FieldType::number)
            tag.recent.resize(std::size_t{1} << kRecentBits);
    }
}

std::uint32_t TagWriter::coded(Tag& tag, std::uint32_t code) {
    std::uint32_t& value = tag.value_of_code.empty() ? tag.value_of_rare_code.try_emplace(code, kUnknown).first->second
                                                     : tag.value_of_code[code];
    if (value == kUnknown) value = out_.text(tag.column->entry(code));
    return value;
}

std::uint32_t TagWriter::numeric(Tag& tag, index::Row row) {
    const bool whole = tag.column->type == FieldType::integer;
    const auto bits = whole ? static_cast<std::uint64_t>(tag.column->integers[row])
                            : std::bit_cast<std::uint64_t>(tag.column->numbers[row]);
    auto& recent = tag.recent[(bits * 0x9E3779B97F4A7C15u) >> (64 - kRecentBits)];
    if (recent.bits != bits || recent.value == kUnknown) {
        recent.bits = bits;
        recent.value = whole ? out_.integer(tag.column->integers[row]) : out_.number(tag.column->numbers[row]);
    }
    return recent.value;
}

void TagWriter::write(index::Row row) {
    const auto id = geo::text_of(segment_.id(row));
    out_.tag(id_key_, out_.unique_text({id.data(), id.size()}));
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
        case FieldType::number:
            out_.tag(tag.key, numeric(tag, row));
            break;
        case FieldType::instant:
            out_.tag(tag.key, out_.text(geo::to_rfc3339({column.integers[row]})));
            break;
        default:
            out_.tag(tag.key, coded(tag, column.codes[row]));
        }
    }
}

} // namespace layers::tiles
