#include "layers/index/segment.hpp"

#include <cstring>

namespace layers::index {

std::string pack_list(const geo::TextList& list) {
    std::string packed;
    for (const auto& member : list) {
        const auto length = static_cast<std::uint32_t>(member.size());
        packed.append(reinterpret_cast<const char*>(&length), sizeof length);
        packed += member;
    }
    return packed;
}

geo::TextList unpack_list(std::string_view packed) {
    geo::TextList list;
    while (packed.size() >= sizeof(std::uint32_t)) {
        std::uint32_t length = 0;
        std::memcpy(&length, packed.data(), sizeof length);
        packed.remove_prefix(sizeof length);
        if (length > packed.size()) break;
        list.emplace_back(packed.substr(0, length));
        packed.remove_prefix(length);
    }
    return list;
}

std::string_view Column::entry(std::uint32_t code) const {
    const std::uint64_t begin = code >= 2 ? dictionary_ends[code - 2] : 0;
    return dictionary_bytes.substr(begin, dictionary_ends[code - 1] - begin);
}

geo::Value Column::entry_value(std::uint32_t code) const {
    if (code == kNullCode) return geo::Null{};
    switch (type) {
    case FieldType::text_list:
        return unpack_list(entry(code));
    case FieldType::json:
        return geo::Json{std::string{entry(code)}};
    default:
        return std::string{entry(code)};
    }
}

bool Column::is_null(Row row) const {
    switch (type) {
    case FieldType::boolean:
        return booleans[row] == kNullBoolean;
    case FieldType::integer:
    case FieldType::instant:
        return integers[row] == kNullInteger;
    case FieldType::number:
        return std::isnan(numbers[row]);
    default:
        return codes[row] == kNullCode;
    }
}

geo::Value Column::value(Row row) const {
    if (is_null(row)) return geo::Null{};
    switch (type) {
    case FieldType::boolean:
        return booleans[row] == 1;
    case FieldType::integer:
        return integers[row];
    case FieldType::instant:
        return geo::Instant{integers[row]};
    case FieldType::number:
        return numbers[row];
    default:
        return entry_value(codes[row]);
    }
}

} // namespace layers::index
