// Mapbox Vector Tile 2.1 encoding by hand: https://github.com/mapbox/vector-tile-spec/tree/master/2.1
// One TileLayer builds one layer; encoded layers appended to each other are a tile. Knows no layer of Sarhad.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace layers::encode {

enum class MvtGeometry : std::uint32_t { point = 1, line_string = 2, polygon = 3 }; // 4.3.4

struct TilePoint { // tile units, x right, y down
    std::int32_t x = 0;
    std::int32_t y = 0;
    friend bool operator==(const TilePoint&, const TilePoint&) = default;
};

// One thread. A feature begun and not committed leaves nothing behind but its dictionary entries.
class TileLayer {
public:
    explicit TileLayer(std::string name, std::uint32_t extent = 4096);

    std::uint32_t key(std::string_view name);
    std::uint32_t text(std::string_view value);
    std::uint32_t integer(std::int64_t value);
    std::uint32_t number(double value);
    std::uint32_t boolean(bool value);
    // A text that is known to occur once (an id): no look-up.
    std::uint32_t unique_text(std::string_view value);

    void begin(MvtGeometry type);
    void tag(std::uint32_t key, std::uint32_t value) {
        char bytes[20];
        tags_.append(bytes, put(put(bytes, key), value));
    }
    void points(std::span<const TilePoint> points);
    void line(std::span<const TilePoint> points); // at least two, no two neighbours equal
    void
    ring(std::span<const TilePoint> points); // at least three, not closed; outer rings with positive area (4.3.3.3)
    void commit();

    std::size_t feature_count() const { return features_count_; }
    // Bytes of finish() so far, at most a few more: features, dictionaries, and the layer's own fields.
    std::size_t size() const { return features_.size() + values_.size() + keys_.size() + name_.size() + 20; }
    std::size_t pending() const { return tags_.size() + geometry_.size() + 16; } // what commit() would add, at most
    void expect(std::size_t features, std::size_t bytes); // makes room, so that a big layer is not moved as it grows
    void finish(std::string& tile); // appends the `layers` field of a tile; nothing without features
    std::string finish();

private:
    static void put(std::string& out, std::uint64_t value) {
        while (value >= 0x80) {
            out.push_back(static_cast<char>(value | 0x80));
            value >>= 7;
        }
        out.push_back(static_cast<char>(value));
    }
    // Into memory that has room for 10 bytes; one past the last.
    static char* put(char* at, std::uint64_t value) {
        while (value >= 0x80) {
            *at++ = static_cast<char>(value | 0x80);
            value >>= 7;
        }
        *at++ = static_cast<char>(value);
        return at;
    }
    char* move_to(char* at, TilePoint p);
    void moves(std::span<const TilePoint> points);
    void add_value(std::string_view field);
    std::uint32_t dictionary(std::string encoded);

    std::string name_;
    std::uint32_t extent_;
    std::string features_, keys_, values_;
    std::size_t features_count_ = 0;
    std::uint32_t key_count_ = 0, value_count_ = 0;
    std::unordered_map<std::string, std::uint32_t> known_keys_, known_values_;
    std::unordered_map<std::int64_t, std::uint32_t> known_integers_;
    std::unordered_map<std::uint64_t, std::uint32_t> known_numbers_; // by their bits
    MvtGeometry type_ = MvtGeometry::point;
    std::string tags_, geometry_;
    TilePoint cursor_;
};

} // namespace layers::encode
