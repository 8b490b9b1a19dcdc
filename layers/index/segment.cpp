#include "layers/index/segment.hpp"

#include "geo/error.hpp"
#include "geo/wkb.hpp"
#include "geo/wrap/mapped_file.hpp"
#include "layers/index/segment_format.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace layers::index {

namespace {

[[noreturn]] void damaged() {
    throw geo::Error{geo::ErrorCode::storage_failed, "an index segment does not fit together"};
}

void require(bool ok) {
    if (!ok) damaged();
}

template <typename T>
std::span<const T> section(std::span<const std::byte> bytes, std::uint32_t number) {
    format::Section entry;
    std::memcpy(&entry, bytes.data() + sizeof(format::Header) + number * sizeof entry, sizeof entry);
    require(entry.offset <= bytes.size() && entry.bytes <= bytes.size() - entry.offset);
    require(entry.offset % format::kAlignment == 0 && entry.bytes % sizeof(T) == 0);
    return {reinterpret_cast<const T*>(bytes.data() + entry.offset), entry.bytes / sizeof(T)};
}

// starts[0..n] ascending from 0 to total: the i-th piece is [starts[i], starts[i+1]).
template <typename T>
void require_ascending(std::span<const T> ends, std::uint64_t total) {
    T last = 0;
    for (T end : ends) {
        require(end >= last);
        last = end;
    }
    require(last <= total);
}

// A column of nulls lies in no segment: all share these. They stay for the life of the program, since segments look at
// them; each time longer ones are wanted, they are twice as long.
template <typename T>
std::span<const T> nulls(Row rows, T null) {
    static std::mutex mutex;
    static std::vector<geo::wrap::Memory> all;
    const std::lock_guard lock{mutex};
    if (all.empty() || all.back().bytes.size() < rows * sizeof(T)) {
        const std::size_t length = std::max<std::size_t>(std::size_t{1} << 16, 2 * std::size_t{rows});
        all.push_back(geo::wrap::reserve_memory(length * sizeof(T)));
        // Of zeros, memory that is only read takes no room.
        if (null != T{}) std::fill_n(reinterpret_cast<T*>(all.back().bytes.data()), length, null);
    }
    return {reinterpret_cast<const T*>(all.back().bytes.data()), rows};
}

template <typename T>
std::span<const T> values(std::span<const std::byte> bytes, std::uint32_t number, Row rows, T null) {
    const auto stored = section<T>(bytes, number);
    if (stored.empty()) return nulls<T>(rows, null);
    require(stored.size() == rows);
    return stored;
}

Column read_column(std::span<const std::byte> bytes, std::uint32_t first, FieldType type, Row rows) {
    Column column;
    column.type = type;
    switch (type) {
    case FieldType::boolean:
        column.booleans = values(bytes, first, rows, kNullBoolean);
        break;
    case FieldType::integer:
    case FieldType::instant:
        column.integers = values(bytes, first, rows, kNullInteger);
        break;
    case FieldType::number:
        column.numbers = values(bytes, first, rows, std::nan(""));
        break;
    default: {
        const bool stored = !section<std::uint32_t>(bytes, first).empty();
        column.codes = values(bytes, first, rows, kNullCode);
        column.dictionary_ends = section<std::uint64_t>(bytes, first + 1);
        const auto text = section<char>(bytes, first + 2);
        column.dictionary_bytes = {text.data(), text.size()};
        require_ascending(column.dictionary_ends, column.dictionary_bytes.size());
        const auto size = column.dictionary_size();
        require(!stored || std::ranges::all_of(column.codes, [size](std::uint32_t code) { return code <= size; }));
    }
    }
    return column;
}

} // namespace

std::shared_ptr<const Segment> Segment::from_bytes(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                                   const Layer& layer) {
    return from_bytes(std::move(owner), bytes, layer, schema_hash(layer));
}

std::shared_ptr<const Segment> Segment::from_bytes(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                                   const Layer& layer, std::uint64_t schema) {
    using namespace format;
    Header header;
    require(bytes.size() >= sizeof header);
    std::memcpy(&header, bytes.data(), sizeof header);
    require(std::memcmp(header.magic, kMagic, sizeof kMagic) == 0);
    require(header.schema == schema && header.columns == layer.fields.size());
    require(header.levels < 16 && header.sections == column_section(header.levels, header.columns));
    require(bytes.size() >= sizeof header + header.sections * sizeof(format::Section));

    std::shared_ptr<Segment> s{new Segment};
    s->owner_ = std::move(owner);
    s->bytes_ = bytes;
    s->size_ = header.rows;
    s->max_seq_ = header.max_seq;
    const std::size_t n = header.rows;
    const auto of_rows = [n](auto span) {
        require(span.size() == n);
        return span;
    };
    s->ids_ = of_rows(section<geo::Uuid>(bytes, ids));
    s->versions_ = of_rows(section<std::int64_t>(bytes, versions));
    s->seqs_ = of_rows(section<std::int64_t>(bytes, seqs));
    s->boxes_ = of_rows(section<geo::MercatorBox>(bytes, boxes));
    s->types_ = of_rows(section<std::uint8_t>(bytes, types));
    s->by_id_ = of_rows(section<Row>(bytes, format::by_id));
    s->vertices_ = section<geo::MercatorPoint>(bytes, format::vertices);
    s->lon_lat_ = section<geo::Point>(bytes, format::lon_lat);
    s->part_ends_ = section<std::uint32_t>(bytes, format::part_ends);
    s->polygon_ends_ = section<std::uint32_t>(bytes, format::polygon_ends);
    s->importance_ = section<float>(bytes, format::importance);
    s->vertex_start_ = section<std::uint32_t>(bytes, vertex_start);
    s->part_start_ = section<std::uint32_t>(bytes, part_start);
    s->polygon_start_ = section<std::uint32_t>(bytes, polygon_start);
    require(s->vertex_start_.size() == n + 1);
    for (const auto* starts : {&s->part_start_, &s->polygon_start_})
        require(starts->empty() || starts->size() == n + 1);
    require_ascending(s->vertex_start_, s->vertices_.size());
    require_ascending(s->part_start_, s->part_ends_.size());
    require_ascending(s->polygon_start_, s->polygon_ends_.size());
    require(s->lon_lat_.size() == s->vertices_.size());
    require(s->importance_.empty() || s->importance_.size() == s->vertices_.size());
    require(std::ranges::all_of(s->by_id_, [n](Row row) { return row < n; }));
    for (Row row = 0; row < n; ++row) {
        require_ascending(s->part_ends(row), s->vertices(row).size());
        require_ascending(s->polygon_ends(row), s->part_ends(row).size());
    }
    s->collection_ends_ = section<std::uint64_t>(bytes, collection_ends);
    if (!s->collection_ends_.empty()) of_rows(s->collection_ends_);
    const auto wkb = section<char>(bytes, collection_bytes);
    s->collection_bytes_ = {wkb.data(), wkb.size()};
    require_ascending(s->collection_ends_, wkb.size());

    std::size_t expected = n;
    for (std::uint32_t level = 0; level < header.levels; ++level) {
        expected = (expected + kFanout - 1) / kFanout;
        s->levels_.push_back(section<geo::MercatorBox>(bytes, first_level + level));
        require(s->levels_.back().size() == expected);
    }
    require(n == 0 || (!s->levels_.empty() && s->levels_.back().size() <= kFanout));
    if (n > 0)
        for (const auto& box : s->levels_.back()) s->extent_.add(box);
    s->columns_.reserve(header.columns);
    for (std::uint32_t i = 0; i < header.columns; ++i)
        s->columns_.push_back(read_column(bytes, column_section(header.levels, i), layer.fields[i].type, header.rows));
    return s;
}

std::string_view Segment::collection_wkb(Row row) const {
    if (collection_ends_.empty()) return {};
    const std::uint64_t begin = row > 0 ? collection_ends_[row - 1] : 0;
    return collection_bytes_.substr(begin, collection_ends_[row] - begin);
}

geo::Geometry Segment::geometry(Row row) const {
    if (const auto wkb = collection_wkb(row); !wkb.empty()) return geo::from_wkb(wkb);
    geo::Geometry g;
    g.type = type(row);
    const auto points = lon_lat(row);
    g.points.assign(points.begin(), points.end());
    const auto parts = part_ends(row);
    g.part_ends.assign(parts.begin(), parts.end());
    const auto polygons = polygon_ends(row);
    g.polygon_ends.assign(polygons.begin(), polygons.end());
    return g;
}

std::size_t Segment::lower_bound(const geo::Uuid& wanted) const {
    const auto it = std::ranges::lower_bound(by_id_, wanted, {}, [this](Row row) { return ids_[row]; });
    return static_cast<std::size_t>(it - by_id_.begin());
}

std::optional<Row> Segment::find(const geo::Uuid& wanted) const {
    const std::size_t at = lower_bound(wanted);
    if (at == size_ || ids_[by_id_[at]] != wanted) return {};
    return by_id_[at];
}

} // namespace layers::index
