#include "layers/encode/mvt.hpp"

#include <algorithm>
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

constexpr std::size_t kIdBytes = 40; // a UUID as a value

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
    char head[20];
    values_.append(head, put(put(head, header(LayerField::values, Wire::bytes)), field.size()));
    values_ += field;
    ++value_count_;
}

std::uint32_t TileLayer::dictionary(std::string encoded) {
    const auto [it, fresh] = known_values_.try_emplace(std::move(encoded), value_count_);
    if (fresh) add_value(it->first);
    return it->second;
}

std::uint32_t TileLayer::unique_text(std::string_view value) {
    char head[40];
    char* at = put(head, header(LayerField::values, Wire::bytes));
    at = put(at, 1 + varint_size(value.size()) + value.size());
    at = put(at, header(ValueField::text, Wire::bytes));
    values_.append(head, put(at, value.size()));
    values_ += value;
    return value_count_++;
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
    const auto [it, fresh] = known_numbers_.try_emplace(std::bit_cast<std::uint64_t>(value), value_count_);
    if (fresh) {
        char field[16];
        char* at = put(field, header(ValueField::number, Wire::fixed64));
        std::memcpy(at, &value, 8); // protobuf is little-endian, as are the machines Sarhad is built for
        add_value({field, at + 8});
    }
    return it->second;
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

char* TileLayer::move_to(char* at, TilePoint p) {
    at = put(at, zigzag(p.x - cursor_.x));
    at = put(at, zigzag(p.y - cursor_.y));
    cursor_ = p;
    return at;
}

void TileLayer::moves(std::span<const TilePoint> points) {
    constexpr std::size_t kAtOnce = 128;
    char bytes[kAtOnce * 10]; // five for each of 32 bits
    while (!points.empty()) {
        const auto some = points.first(std::min(kAtOnce, points.size()));
        char* at = bytes;
        for (const auto p : some) at = move_to(at, p);
        geometry_.append(bytes, at);
        points = points.subspan(some.size());
    }
}

void TileLayer::points(std::span<const TilePoint> points) {
    put(geometry_, command(kMoveTo, points.size()));
    moves(points);
}

void TileLayer::line(std::span<const TilePoint> points) {
    put(geometry_, command(kMoveTo, 1));
    moves(points.first(1));
    put(geometry_, command(kLineTo, points.size() - 1));
    moves(points.subspan(1));
}

void TileLayer::ring(std::span<const TilePoint> points) {
    line(points);
    put(geometry_, command(kClosePath, 1));
}

void TileLayer::commit() {
    const std::size_t tags = 1 + varint_size(tags_.size()) + tags_.size();
    const std::size_t geometry = 1 + varint_size(geometry_.size()) + geometry_.size();
    char head[40];
    char* at = put(head, header(LayerField::features, Wire::bytes));
    at = put(at, tags + 2 + geometry);
    at = put(at, header(FeatureField::tags, Wire::bytes));
    features_.append(head, put(at, tags_.size()));
    features_ += tags_;
    at = put(head, header(FeatureField::type, Wire::varint));
    at = put(at, static_cast<std::uint32_t>(type_));
    at = put(at, header(FeatureField::geometry, Wire::bytes));
    features_.append(head, put(at, geometry_.size()));
    features_ += geometry_;
    ++features_count_;
}

void TileLayer::expect(std::size_t features, std::size_t bytes) {
    features_.reserve(features_.size() + features * bytes);
    values_.reserve(values_.size() + features * kIdBytes);
}

void TileLayer::finish(std::string& tile) {
    if (features_count_ == 0) return;
    std::string head, tail;
    put(head, header(LayerField::version, Wire::varint));
    put(head, 2);
    put(head, header(LayerField::name, Wire::bytes));
    put(head, name_.size());
    head += name_;
    put(tail, header(LayerField::extent, Wire::varint));
    put(tail, extent_);
    const std::size_t size = head.size() + features_.size() + keys_.size() + values_.size() + tail.size();
    tile.reserve(tile.size() + size + 11);
    put(tile, (3u << 3) | 2u); // Tile.layers
    put(tile, size);
    for (const std::string* part : {&head, &features_, &keys_, &values_, &tail}) tile += *part;
}

std::string TileLayer::finish() {
    std::string tile;
    finish(tile);
    return tile;
}

} // namespace layers::encode
