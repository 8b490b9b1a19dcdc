#include "layers/index/growing_column.hpp"

namespace layers::index {

std::uint32_t GrowingColumn::code_of(std::string_view word) {
    if (const auto it = known_.find(word); it != known_.end()) return it->second;
    words.emplace_back(word);
    const auto code = static_cast<std::uint32_t>(words.size());
    known_.emplace(words.back(), code);
    return code;
}

void GrowingColumn::add(const geo::Value& value) {
    switch (type) {
    case FieldType::boolean:
        booleans.push_back(geo::is_null(value) ? kNullBoolean : static_cast<std::uint8_t>(std::get<bool>(value)));
        return;
    case FieldType::integer:
        integers.push_back(geo::is_null(value) ? kNullInteger : std::get<std::int64_t>(value));
        return;
    case FieldType::instant:
        integers.push_back(geo::is_null(value) ? kNullInteger : std::get<geo::Instant>(value).us);
        return;
    case FieldType::number:
        numbers.push_back(geo::is_null(value) ? std::nan("") : std::get<double>(value));
        return;
    case FieldType::text_list:
        codes.push_back(geo::is_null(value) ? kNullCode : code_of(pack_list(std::get<geo::TextList>(value))));
        return;
    case FieldType::json:
        codes.push_back(geo::is_null(value) ? kNullCode : code_of(std::get<geo::Json>(value).text));
        return;
    case FieldType::text:
    case FieldType::enumeration:
        codes.push_back(geo::is_null(value) ? kNullCode : code_of(std::get<std::string>(value)));
        return;
    }
}

void GrowingColumn::add(const Segment& segment, const Column& column, Row row) {
    switch (type) {
    case FieldType::boolean:
        booleans.push_back(column.booleans[row]);
        return;
    case FieldType::integer:
    case FieldType::instant:
        integers.push_back(column.integers[row]);
        return;
    case FieldType::number:
        numbers.push_back(column.numbers[row]);
        return;
    default:
        break;
    }
    const std::uint32_t code = column.codes[row];
    if (code == kNullCode) return codes.push_back(kNullCode);
    if (copied_from_ != &segment) {
        copied_from_ = &segment;
        translated_.assign(column.dictionary_size() + 1, kNullCode);
    }
    if (translated_[code] == kNullCode) translated_[code] = code_of(column.entry(code));
    codes.push_back(translated_[code]);
}

} // namespace layers::index
