// One immutable, contiguous piece of a layer's rows for reading: packed Hilbert R-tree over Web Mercator boxes,
// vertices in whole centimetres with their simplification importance, exact lon/lat, and typed columns with
// dictionaries. A segment is one block of bytes: built in memory or mapped from a snapshot, it is read the same way.
// Knows the model; no store, no policy, no tiles. Thread-safe to read.
#pragma once

#include "geo/tile.hpp"
#include "layers/model/layer.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace layers::index {

using Row = std::uint32_t;

inline constexpr std::int64_t kNullInteger = INT64_MIN; // integers and instants
inline constexpr std::uint8_t kNullBoolean = 2;
inline constexpr std::uint32_t kNullCode = 0; // texts, enumerations, lists, JSON: code 0; code c is entry c-1

// Views into the segment's bytes; live as long as the segment. Only the member that the field's type uses is set.
struct Column {
    FieldType type = FieldType::text;
    std::span<const std::uint8_t> booleans;
    std::span<const std::int64_t> integers; // integer, instant (microseconds)
    std::span<const double> numbers;        // NaN: null
    std::span<const std::uint32_t> codes;
    std::span<const std::uint64_t> dictionary_ends;
    std::string_view dictionary_bytes;

    bool coded() const {
        return type == FieldType::text || type == FieldType::enumeration || type == FieldType::text_list ||
               type == FieldType::json;
    }
    std::uint32_t dictionary_size() const { return static_cast<std::uint32_t>(dictionary_ends.size()); }
    std::string_view entry(std::uint32_t code) const; // code >= 1; lists in the packed form below
    geo::Value entry_value(std::uint32_t code) const; // any code; Null for 0
    geo::Value value(Row row) const;
    bool is_null(Row row) const;
};

// A text list as one dictionary entry: each member as 4 bytes of length and its bytes.
std::string pack_list(const geo::TextList& list);
geo::TextList unpack_list(std::string_view packed);

class Segment {
public:
    // Takes over bytes made by SegmentBuilder (or mapped from its file). Error{storage_failed} when they don't fit
    // together: every offset is checked before use.
    static std::shared_ptr<const Segment> from_bytes(std::shared_ptr<const void> owner,
                                                     std::span<const std::byte> bytes, const Layer& layer);
    // As above; `schema` is schema_hash(layer), for who has it at hand.
    static std::shared_ptr<const Segment> from_bytes(std::shared_ptr<const void> owner,
                                                     std::span<const std::byte> bytes, const Layer& layer,
                                                     std::uint64_t schema);

    Row size() const { return size_; }
    std::int64_t max_seq() const { return max_seq_; }
    std::span<const std::byte> bytes() const { return bytes_; }

    const geo::Uuid& id(Row row) const { return ids_[row]; }
    std::int64_t version(Row row) const { return versions_[row]; }
    std::int64_t seq(Row row) const { return seqs_[row]; }
    const geo::MercatorBox& box(Row row) const { return boxes_[row]; }
    geo::GeometryType type(Row row) const { return static_cast<geo::GeometryType>(types_[row]); }
    // A collection's parts of its highest dimension stand in for it here (tiles); `geometry` gives it whole.
    std::span<const geo::MercatorPoint> vertices(Row row) const {
        return vertices_.subspan(vertex_start_[row], vertex_start_[row + 1] - vertex_start_[row]);
    }
    std::span<const float> importance(Row row) const { // empty for points
        if (importance_.empty()) return {};
        return importance_.subspan(vertex_start_[row], vertex_start_[row + 1] - vertex_start_[row]);
    }
    std::span<const std::uint32_t> part_ends(Row row) const { // none for points
        if (part_start_.empty()) return {};
        return part_ends_.subspan(part_start_[row], part_start_[row + 1] - part_start_[row]);
    }
    std::span<const std::uint32_t> polygon_ends(Row row) const {
        if (polygon_start_.empty()) return {};
        return polygon_ends_.subspan(polygon_start_[row], polygon_start_[row + 1] - polygon_start_[row]);
    }
    std::span<const geo::Point> lon_lat(Row row) const { // exact, beside `vertices`
        return lon_lat_.subspan(vertex_start_[row], vertex_start_[row + 1] - vertex_start_[row]);
    }
    std::string_view collection_wkb(Row row) const; // empty for all but collections
    geo::Geometry geometry(Row row) const;          // exact lon,lat
    const Column& column(std::size_t ordinal) const { return columns_[ordinal]; }
    std::size_t column_count() const { return columns_.size(); }

    // Rows in ascending id.
    std::span<const Row> by_id() const { return by_id_; }
    std::optional<Row> find(const geo::Uuid& id) const;
    std::size_t lower_bound(const geo::Uuid& id) const; // position in by_id()

    // Calls visit(row) for rows whose box meets `box`, ascending row (Hilbert) order.
    template <typename Visit>
    void search(const geo::MercatorBox& box, Visit&& visit) const;
    const geo::MercatorBox& extent() const { return extent_; }

    static constexpr std::uint32_t kFanout = 16;

private:
    Segment() = default;
    std::shared_ptr<const void> owner_;
    std::span<const std::byte> bytes_;
    Row size_ = 0;
    std::int64_t max_seq_ = 0;
    geo::MercatorBox extent_;
    std::span<const geo::Uuid> ids_;
    std::span<const std::int64_t> versions_, seqs_;
    std::span<const geo::MercatorBox> boxes_;
    std::span<const std::uint8_t> types_;
    std::span<const std::uint32_t> vertex_start_, part_start_, polygon_start_;
    std::span<const geo::MercatorPoint> vertices_;
    std::span<const geo::Point> lon_lat_;
    std::span<const std::uint32_t> part_ends_, polygon_ends_;
    std::span<const float> importance_;
    std::span<const Row> by_id_;
    std::span<const std::uint64_t> collection_ends_; // WKB of collections, by row
    std::string_view collection_bytes_;
    std::vector<Column> columns_;
    std::vector<std::span<const geo::MercatorBox>> levels_; // boxes of groups of kFanout, bottom first
};

template <typename Visit>
void Segment::search(const geo::MercatorBox& box, Visit&& visit) const {
    if (size_ == 0 || !extent_.intersects(box)) return;
    struct Node {
        std::uint32_t level, index;
    };
    Node stack[kFanout * 10];
    int top = 0;
    const auto push_children = [&](std::uint32_t level, std::uint32_t first, std::uint32_t last) {
        for (std::uint32_t i = last; i-- > first;) // reversed, so that they are popped in ascending order
            if (levels_[level][i].intersects(box)) stack[top++] = {level, i};
    };
    const auto root = static_cast<std::uint32_t>(levels_.size() - 1);
    push_children(root, 0, static_cast<std::uint32_t>(levels_[root].size()));
    while (top > 0) {
        const Node node = stack[--top];
        const std::uint32_t first = node.index * kFanout;
        if (node.level > 0) {
            const auto count = static_cast<std::uint32_t>(levels_[node.level - 1].size());
            push_children(node.level - 1, first, std::min(first + kFanout, count));
            continue;
        }
        const Row last = std::min(first + kFanout, size_);
        for (Row row = first; row < last; ++row)
            if (boxes_[row].intersects(box)) visit(row);
    }
}

// Collects rows in any order, then packs them. One thread.
class SegmentBuilder {
public:
    explicit SegmentBuilder(const Layer& layer);
    ~SegmentBuilder();
    SegmentBuilder(const SegmentBuilder&) = delete;
    SegmentBuilder& operator=(const SegmentBuilder&) = delete;
    void add(const Record& record);            // values as many as the layer's fields
    void add(const Segment& segment, Row row); // of the same layer
    Row size() const;
    std::shared_ptr<const Segment> finish(); // the builder is empty afterwards

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Changes whenever the bytes of a segment of this layer would mean something else.
std::uint64_t schema_hash(const Layer& layer);

} // namespace layers::index
