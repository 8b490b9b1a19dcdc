#include "layers/encode/mvt.hpp"

#include <bit>
#include <cstring>

namespace layers::encode {

namespace {

// Field numbers and wire types of vector_tile.proto.
enum class LayerField : std::uint32_t { name = 1, features = 2, keys = 3, values = 4, extent = 5, version = 15 };
enum class FeatureField : std::uint32_t { tags = 2, type = 3, geometry = 4 };
enum class ValueField : std::uint32_t { text = 1, number = 3, integer = 4, boolean = 7 };
enum class Wire : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2 };

template <typename Field>
constexpr std::uint32_t header(Field field, Wire wire) {
    return (static_cast<std::uint32_t>(field) << 3) | static_cast<std::uint32_t>(wire);
}

constexpr std::uint32_t command(std::uint32_t id, std::size_t count) {
    return (id & 7u) | (static_cast<std::uint32_t>(count) << 3);
}
constexpr std::uint32_t kMoveTo = 1, kLineTo = 2, kClosePath = 7;

constexpr std::uint32_t zigzag(std::int32_t v) {
    return (static_cast<std::uint32_t>(v) << 1) ^ static_cast<std::uint32_t>(v >> 31);
}

std::size_t varint_size(std::uint64_t value) {
    return value == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7;
}

} // namespace

TileLayer::TileLayer(std::string name, std::uint32_t extent) : name_{std::move(name)}, extent_{extent} {}

std::uint32_t TileLayer::key(std::string_view name) {
    const auto [it, fresh] = known_keys_.try_emplace(std::string{name}, key_count_);
    if (fresh) {
        put(keys_, header(LayerField::keys, Wire::bytes));
        put(keys_, name.size());
        keys_ += name;
        ++key_count_;
    }
    return it->second;
}

void TileLayer::add_value(std::string_view field) {
    put(values_, header(LayerField::values, Wire::bytes));
    put(values_, field.size());
    values_ += field;
    ++value_count_;
}

std::uint32_t TileLayer::dictionary(std::string encoded) {
    const auto [it, fresh] = known_values_.try_emplace(std::move(encoded), value_count_);
    if (fresh) add_value(it->first);
    return it->second;
}

std::uint32_t TileLayer::unique_text(std::string_view value) {
    std::string field;
    put(field, header(ValueField::text, Wire::bytes));
    put(field, value.size());
    field += value;
    add_value(field);
    return value_count_ - 1;
}

std::uint32_t TileLayer::text(std::string_view value) {
    std::string field;
    put(field, header(ValueField::text, Wire::bytes));
    put(field, value.size());
    field += value;
    return dictionary(std::move(field));
}

std::uint32_t TileLayer::integer(std::int64_t value) {
    const auto [it, fresh] = known_integers_.try_emplace(value, value_count_);
    if (fresh) {
        std::string field;
        put(field, header(ValueField::integer, Wire::varint));
        put(field, static_cast<std::uint64_t>(value));
        add_value(field);
    }
    return it->second;
}

std::uint32_t TileLayer::number(double value) {
    std::string field;
    put(field, header(ValueField::number, Wire::fixed64));
    char bytes[8];
    std::memcpy(bytes, &value, 8); // protobuf is little-endian, as are the machines Sarhad is built for
    field.append(bytes, 8);
    return dictionary(std::move(field));
}

std::uint32_t TileLayer::boolean(bool value) {
    std::string field;
    put(field, header(ValueField::boolean, Wire::varint));
    put(field, value ? 1 : 0);
    return dictionary(std::move(field));
}

void TileLayer::begin(MvtGeometry type) {
    type_ = type;
    tags_.clear();
    geometry_.clear();
    cursor_ = {};
}

void TileLayer::move_to(TilePoint p) {
    put(geometry_, zigzag(p.x - cursor_.x));
    put(geometry_, zigzag(p.y - cursor_.y));
    cursor_ = p;
}

void TileLayer::points(std::span<const TilePoint> points) {
    put(geometry_, command(kMoveTo, points.size()));
    for (const auto p : points) move_to(p);
}

void TileLayer::line(std::span<const TilePoint> points) {
    put(geometry_, command(kMoveTo, 1));
    move_to(points[0]);
    put(geometry_, command(kLineTo, points.size() - 1));
    for (const auto p : points.subspan(1)) move_to(p);
}

void TileLayer::ring(std::span<const TilePoint> points) {
    line(points);
    put(geometry_, command(kClosePath, 1));
}

void TileLayer::commit() {
    const std::size_t tags = 1 + varint_size(tags_.size()) + tags_.size();
    const std::size_t geometry = 1 + varint_size(geometry_.size()) + geometry_.size();
    put(features_, header(LayerField::features, Wire::bytes));
    put(features_, tags + 2 + geometry);
    put(features_, header(FeatureField::tags, Wire::bytes));
    put(features_, tags_.size());
    features_ += tags_;
    put(features_, header(FeatureField::type, Wire::varint));
    put(features_, static_cast<std::uint32_t>(type_));
    put(features_, header(FeatureField::geometry, Wire::bytes));
    put(features_, geometry_.size());
    features_ += geometry_;
    ++features_count_;
}

std::string TileLayer::finish() {
    if (features_count_ == 0) return {};
    std::string body;
    body.reserve(size() + name_.size() + 16);
    put(body, header(LayerField::version, Wire::varint));
    put(body, 2);
    put(body, header(LayerField::name, Wire::bytes));
    put(body, name_.size());
    body += name_;
    body += features_;
    body += keys_;
    body += values_;
    put(body, header(LayerField::extent, Wire::varint));
    put(body, extent_);
    std::string out;
    out.reserve(body.size() + 8);
    put(out, (3u << 3) | 2u); // Tile.layers
    put(out, body.size());
    out += body;
    return out;
}

} // namespace layers::encode
