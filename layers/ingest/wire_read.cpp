#include "layers/ingest/wire.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <simdjson.h>

namespace layers::ingest::wire {
namespace {

constexpr int kMaxDepth = 32;

[[noreturn]] void fail() {
    throw geo::Error{geo::ErrorCode::unreadable_file, "the reading process gave an answer that makes no sense"};
}

class Cursor {
public:
    explicit Cursor(std::string_view bytes) : rest_{bytes} {}

    template <class T>
    T get() {
        if (rest_.size() < sizeof(T)) fail();
        T value;
        std::memcpy(&value, rest_.data(), sizeof(T));
        rest_.remove_prefix(sizeof(T));
        return value;
    }

    std::string_view text() {
        const auto size = get<std::uint32_t>();
        if (size > rest_.size()) fail();
        const auto out = rest_.substr(0, size);
        if (!simdjson::validate_utf8(out)) fail();
        rest_.remove_prefix(size);
        return out;
    }

    // Every element takes at least `least` bytes, so a count beyond what is left is a lie.
    std::uint32_t count(std::size_t least) {
        const auto n = get<std::uint32_t>();
        if (n > rest_.size() / least) fail();
        return n;
    }

    template <class T>
    std::vector<T> array() {
        const auto n = count(sizeof(T));
        std::vector<T> out(n);
        if (n != 0) std::memcpy(out.data(), rest_.data(), n * sizeof(T));
        rest_.remove_prefix(n * sizeof(T));
        return out;
    }

    void end() const {
        if (!rest_.empty()) fail();
    }

private:
    std::string_view rest_;
};

// Offsets rise and end where the array they cut ends.
void check_ends(const std::vector<std::uint32_t>& ends, std::size_t size) {
    std::uint32_t last = 0;
    for (const auto end : ends) {
        if (end < last) fail();
        last = end;
    }
    if (last != size) fail();
}

geo::Geometry get_geometry(Cursor& in, int depth) {
    using geo::GeometryType;
    if (depth > kMaxDepth) fail();
    geo::Geometry out;
    const auto type = in.get<std::uint8_t>();
    if (type > static_cast<std::uint8_t>(GeometryType::collection)) fail();
    out.type = static_cast<GeometryType>(type);
    if (out.type == GeometryType::none) return out;
    if (out.type == GeometryType::collection) {
        const auto n = in.count(1);
        for (std::uint32_t i = 0; i < n; ++i) out.members.push_back(get_geometry(in, depth + 1));
        return out;
    }
    out.points = in.array<geo::Point>();
    out.part_ends = in.array<std::uint32_t>();
    out.polygon_ends = in.array<std::uint32_t>();
    for (const auto p : out.points) {
        if (!std::isfinite(p.x) || !std::isfinite(p.y)) fail();
    }
    const bool is_point = out.type == GeometryType::point || out.type == GeometryType::multi_point;
    const bool is_polygon = out.type == GeometryType::polygon || out.type == GeometryType::multi_polygon;
    if (out.type == GeometryType::point && out.points.size() != 1) fail();
    if (is_point != out.part_ends.empty() || is_polygon == out.polygon_ends.empty()) fail();
    if (!is_point) check_ends(out.part_ends, out.points.size());
    if (is_polygon) check_ends(out.polygon_ends, out.part_ends.size());
    return out;
}

geo::Value get_value(Cursor& in) {
    switch (in.get<std::uint8_t>()) {
    case 0:
        return geo::Null{};
    case 1:
        return in.get<std::uint8_t>() != 0;
    case 2:
        return in.get<std::int64_t>();
    case 3:
        return in.get<double>();
    case 4:
        return std::string{in.text()};
    case 5:
        return geo::Instant{in.get<std::int64_t>()};
    case 6: {
        geo::TextList list(in.count(4));
        for (auto& text : list) text = in.text();
        return list;
    }
    case 7:
        return geo::Json{std::string{in.text()}};
    default:
        fail();
    }
}

geo::RawFeature get_row(Cursor& in, const SourceSchema& schema) {
    geo::RawFeature row;
    row.line = in.get<std::int64_t>();
    row.geometry = get_geometry(in, 0);
    const auto count = in.count(5);
    if (count > kMaxFields) fail();
    row.fields.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto ordinal = in.get<std::uint32_t>();
        if (ordinal == kNamed) {
            std::string name{in.text()};
            row.fields.emplace_back(std::move(name), get_value(in));
        } else {
            if (ordinal >= schema.fields.size()) fail();
            row.fields.emplace_back(schema.fields[ordinal].name, get_value(in));
        }
    }
    return row;
}

// What read() may throw because of a file.
constexpr std::array kFileErrors{geo::ErrorCode::invalid_input,      geo::ErrorCode::invalid_geometry,
                                 geo::ErrorCode::unsupported_format, geo::ErrorCode::unreadable_file,
                                 geo::ErrorCode::too_large,          geo::ErrorCode::internal};

// Shown to people and written to terminals: no control characters, no endless text.
std::string clean(std::string_view text, std::size_t most) {
    while (most < text.size() && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
    std::string out{text.substr(0, most)};
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return out;
}

} // namespace

Header parse_header(std::string_view bytes) {
    Cursor in{bytes};
    Header header;
    header.length = in.get<std::uint32_t>();
    const auto kind = in.get<std::uint8_t>();
    if (header.length > kMaxPayload || kind < 1 || kind > 6) fail();
    header.kind = static_cast<Kind>(kind);
    return header;
}

Request decode_request(std::string_view payload) {
    Cursor in{payload};
    Request request;
    auto& o = request.options;
    for (auto* text : {&o.source_layer, &o.x_column, &o.y_column, &o.wkt_column, &o.mgrs_column, &o.declared_name}) {
        *text = in.text();
    }
    o.skip_rows = in.get<std::int64_t>();
    o.limits.memory_bytes = in.get<std::uint64_t>();
    request.cpu_s = in.get<std::uint64_t>();
    in.end();
    return request;
}

SourceSchema decode_schema(std::string_view payload) {
    Cursor in{payload};
    SourceSchema schema;
    for (auto* text : {&schema.format, &schema.layer, &schema.crs, &schema.geometry}) *text = in.text();
    schema.other_layers.resize(in.count(4));
    for (auto& layer : schema.other_layers) layer = in.text();
    if (const auto count = in.get<std::int64_t>(); count >= 0) schema.feature_count = count;
    schema.counts_lines = in.get<std::uint8_t>() != 0;
    schema.fields.resize(in.count(8));
    if (schema.fields.size() > kMaxFields) fail();
    for (auto& field : schema.fields) {
        field.name = in.text();
        field.type = in.text();
    }
    in.end();
    return schema;
}

RowFault decode_fault(std::string_view payload) {
    Cursor in{payload};
    RowFault fault;
    fault.line = in.get<std::int64_t>();
    fault.field = clean(in.text(), 200);
    fault.reason = clean(in.text(), 500);
    in.end();
    return fault;
}

geo::Error decode_error(std::string_view payload) {
    Cursor in{payload};
    const auto code = static_cast<geo::ErrorCode>(in.get<std::uint8_t>());
    const auto message = clean(in.text(), 500);
    const auto pointer = clean(in.text(), 200);
    in.end();
    const bool known = std::find(kFileErrors.begin(), kFileErrors.end(), code) != kFileErrors.end();
    return geo::Error{known ? code : geo::ErrorCode::unreadable_file, message, pointer};
}

std::vector<geo::RawFeature> decode_rows(std::string_view payload, const SourceSchema& schema) {
    Cursor in{payload};
    const auto count = in.count(13);
    if (count > kMaxRows) fail();
    std::vector<geo::RawFeature> rows;
    rows.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) rows.push_back(get_row(in, schema));
    in.end();
    return rows;
}

} // namespace layers::ingest::wire
