#include "layers/ingest/wire.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <simdjson.h>

namespace layers::ingest::wire {
namespace {

static_assert(std::endian::native == std::endian::little, "frames are written as they lie in memory");

template <class T>
void put(std::string& out, T value) {
    std::array<char, sizeof(T)> bytes;
    std::memcpy(bytes.data(), &value, sizeof(T));
    out.append(bytes.data(), sizeof(T));
}

void put_text(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint32_t>(text.size()));
    out.append(text);
}

// A reason may quote a file's bytes, or cut a text inside a letter: what is no UTF-8 becomes "?".
void put_quoting_text(std::string& out, std::string text) {
    for (std::size_t at = 0; !simdjson::validate_utf8(text) && at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0x80) == 0) continue;
        std::size_t length = 2; // of the letter that begins here, if one does
        while (length <= 4 && !simdjson::validate_utf8(text.data() + at, std::min(length, text.size() - at))) ++length;
        if (length > 4 || at + length > text.size()) {
            text[at] = '?';
        } else {
            at += length - 1;
        }
    }
    put_text(out, text);
}

template <class T>
void put_array(std::string& out, const std::vector<T>& values) {
    put(out, static_cast<std::uint32_t>(values.size()));
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void put_geometry(std::string& out, const geo::Geometry& geometry) {
    put(out, static_cast<std::uint8_t>(geometry.type));
    if (geometry.type == geo::GeometryType::none) return;
    if (geometry.type == geo::GeometryType::collection) {
        put(out, static_cast<std::uint32_t>(geometry.members.size()));
        for (const auto& member : geometry.members) put_geometry(out, member);
        return;
    }
    put_array(out, geometry.points);
    put_array(out, geometry.part_ends);
    put_array(out, geometry.polygon_ends);
}

void put_value(std::string& out, const geo::Value& value) {
    put(out, static_cast<std::uint8_t>(value.index()));
    std::visit(
        [&out](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, bool>) put(out, static_cast<std::uint8_t>(v));
            if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>) put(out, v);
            if constexpr (std::is_same_v<T, std::string>) put_text(out, v);
            if constexpr (std::is_same_v<T, geo::Instant>) put(out, v.us);
            if constexpr (std::is_same_v<T, geo::Json>) put_text(out, v.text);
            if constexpr (std::is_same_v<T, geo::TextList>) {
                put(out, static_cast<std::uint32_t>(v.size()));
                for (const auto& text : v) put_text(out, text);
            }
        },
        value);
}

} // namespace

std::string frame(Kind kind, std::string_view payload) {
    std::string out;
    out.reserve(kHeaderSize + payload.size());
    put(out, static_cast<std::uint32_t>(payload.size()));
    put(out, static_cast<std::uint8_t>(kind));
    out.append(payload);
    return out;
}

std::string encode(const Request& request) {
    const auto& o = request.options;
    std::string out;
    for (const auto* text :
         {&o.source_layer, &o.x_column, &o.y_column, &o.wkt_column, &o.mgrs_column, &o.declared_name}) {
        if (text->size() > 1024) throw geo::Error{geo::ErrorCode::invalid_input, "a name longer than 1024 bytes"};
        put_text(out, *text);
    }
    put(out, o.skip_rows);
    put(out, o.limits.memory_bytes);
    put(out, request.cpu_s);
    return out;
}

std::string encode(const SourceSchema& schema) {
    std::string out;
    for (const auto* text : {&schema.format, &schema.layer, &schema.crs, &schema.geometry}) put_text(out, *text);
    put(out, static_cast<std::uint32_t>(schema.other_layers.size()));
    for (const auto& layer : schema.other_layers) put_text(out, layer);
    put(out, schema.feature_count.value_or(-1));
    put(out, static_cast<std::uint8_t>(schema.counts_lines));
    put(out, static_cast<std::uint32_t>(schema.fields.size()));
    for (const auto& field : schema.fields) {
        put_text(out, field.name);
        put_text(out, field.type);
    }
    return out;
}

std::string encode(const RowFault& fault) {
    std::string out;
    put(out, fault.line);
    put_quoting_text(out, fault.field);
    put_quoting_text(out, fault.reason);
    return out;
}

std::string encode(const geo::Error& error) {
    std::string out;
    put(out, static_cast<std::uint8_t>(error.code));
    put_quoting_text(out, error.what());
    put_quoting_text(out, error.pointer);
    return out;
}

RowEncoder::RowEncoder(const SourceSchema& schema) {
    for (const auto& field : schema.fields) {
        sorted_.emplace_back(field.name, static_cast<std::uint32_t>(names_.size()));
        names_.push_back(field.name);
    }
    std::sort(sorted_.begin(), sorted_.end());
}

void RowEncoder::add(const geo::RawFeature& feature) {
    ++rows_;
    put(payload_, feature.line);
    put_geometry(payload_, feature.geometry);
    put(payload_, static_cast<std::uint32_t>(feature.fields.size()));
    std::size_t guess = 0; // files keep their columns in order
    for (const auto& [name, value] : feature.fields) {
        while (guess < names_.size() && guess < 64 && names_[guess] != name) ++guess;
        if (guess < names_.size() && names_[guess] == name) {
            put(payload_, static_cast<std::uint32_t>(guess++));
        } else {
            guess = 0;
            const auto at =
                std::lower_bound(sorted_.begin(), sorted_.end(), name,
                                 [](const auto& entry, const std::string& key) { return entry.first < key; });
            if (at != sorted_.end() && at->first == name) {
                put(payload_, at->second);
            } else {
                put(payload_, kNamed);
                put_text(payload_, name);
            }
        }
        put_value(payload_, value);
    }
}

std::string RowEncoder::take() {
    std::string out;
    out.reserve(payload_.size() + 4);
    put(out, static_cast<std::uint32_t>(rows_));
    out.append(payload_);
    payload_.clear();
    rows_ = 0;
    return out;
}

} // namespace layers::ingest::wire
