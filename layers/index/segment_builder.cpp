// Packs rows into a segment. Rows are collected column by column as they come, since a million Records at once would
// not fit, and put into Hilbert order only when the bytes are written.
#include "layers/index/segment.hpp"

#include "geo/wkb.hpp"
#include "layers/index/growing_column.hpp"
#include "layers/index/hilbert.hpp"
#include "layers/index/importance.hpp"
#include "layers/index/segment_format.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace layers::index {

namespace {

// The parts of a collection's highest dimension as one multi-geometry.
void flatten(const geo::Geometry& g, int dimension, geo::Geometry& out) {
    using geo::GeometryType;
    for (const auto& member : g.members) flatten(member, dimension, out);
    const int own = g.type == GeometryType::polygon || g.type == GeometryType::multi_polygon           ? 2
                    : g.type == GeometryType::line_string || g.type == GeometryType::multi_line_string ? 1
                                                                                                       : 0;
    if (g.points.empty() || own != dimension) return;
    const auto points = static_cast<std::uint32_t>(out.points.size());
    const auto parts = static_cast<std::uint32_t>(out.part_ends.size());
    out.points.insert(out.points.end(), g.points.begin(), g.points.end());
    for (auto end : g.part_ends) out.part_ends.push_back(end + points);
    for (auto end : g.polygon_ends) out.polygon_ends.push_back(end + parts);
    constexpr GeometryType kMulti[] = {GeometryType::multi_point, GeometryType::multi_line_string,
                                       GeometryType::multi_polygon};
    out.type = kMulti[dimension];
}

geo::Geometry stand_in(const geo::Geometry& collection) {
    geo::Geometry out;
    for (int dimension = 2; dimension >= 0 && out.points.empty(); --dimension) flatten(collection, dimension, out);
    return out;
}

} // namespace

struct SegmentBuilder::State {
    explicit State(const Layer& of) : layer{of}, columns(of.fields.size()) {
        for (std::size_t i = 0; i < columns.size(); ++i) columns[i].type = of.fields[i].type;
    }

    const Layer& layer;
    std::vector<geo::Uuid> ids;
    std::vector<std::int64_t> versions, seqs;
    std::vector<geo::MercatorBox> boxes;
    std::vector<std::uint8_t> types;
    std::vector<std::uint32_t> vertex_start{0}, part_start{0}, polygon_start{0};
    std::vector<geo::MercatorPoint> vertices;
    std::vector<geo::Point> lon_lat;
    std::vector<std::uint32_t> part_ends, polygon_ends;
    std::vector<float> importance; // empty until the first line or polygon
    bool has_lines = false;
    std::vector<std::string> collections; // WKB, by row; empty for all but collections
    std::vector<GrowingColumn> columns;

    void add_shape(const geo::Geometry& g);
    void need_importance() {
        if (has_lines) return;
        has_lines = true;
        importance.assign(vertices.size(), 0.f);
    }
    void close_row() {
        vertex_start.push_back(static_cast<std::uint32_t>(vertices.size()));
        part_start.push_back(static_cast<std::uint32_t>(part_ends.size()));
        polygon_start.push_back(static_cast<std::uint32_t>(polygon_ends.size()));
    }
    std::vector<Row> hilbert_order() const;
};

void SegmentBuilder::State::add_shape(const geo::Geometry& g) {
    geo::MercatorBox box;
    const std::size_t first = vertices.size();
    for (const auto& p : g.points) {
        vertices.push_back(geo::to_mercator(p));
        lon_lat.push_back(p);
        box.add(vertices.back());
    }
    part_ends.insert(part_ends.end(), g.part_ends.begin(), g.part_ends.end());
    polygon_ends.insert(polygon_ends.end(), g.polygon_ends.begin(), g.polygon_ends.end());
    if (has_lines) append_importance(std::span{vertices}.subspan(first), g.part_ends, g.type, importance);
    boxes.push_back(box);
    types.push_back(static_cast<std::uint8_t>(g.type));
}

SegmentBuilder::SegmentBuilder(const Layer& layer) : state_{std::make_unique<State>(layer)} {}
SegmentBuilder::~SegmentBuilder() = default;
Row SegmentBuilder::size() const {
    return static_cast<Row>(state_->ids.size());
}

void SegmentBuilder::add(const Record& record) {
    State& s = *state_;
    s.ids.push_back(record.id);
    s.versions.push_back(record.version);
    s.seqs.push_back(record.seq);
    const bool collection = record.geometry.type == geo::GeometryType::collection;
    const geo::Geometry& shape = record.geometry;
    if (!shape.part_ends.empty() || collection) s.need_importance();
    s.add_shape(collection ? stand_in(shape) : shape);
    s.collections.push_back(collection ? geo::to_wkb(shape) : std::string{});
    for (std::size_t i = 0; i < s.columns.size(); ++i) s.columns[i].add(record.values[i]);
    s.close_row();
}

void SegmentBuilder::add(const Segment& segment, Row row) {
    State& s = *state_;
    s.ids.push_back(segment.id(row));
    s.versions.push_back(segment.version(row));
    s.seqs.push_back(segment.seq(row));
    s.boxes.push_back(segment.box(row));
    s.types.push_back(static_cast<std::uint8_t>(segment.type(row)));
    const auto kept = segment.importance(row);
    if (!kept.empty()) s.need_importance();
    const auto points = segment.vertices(row);
    s.vertices.insert(s.vertices.end(), points.begin(), points.end());
    const auto exact = segment.lon_lat(row);
    s.lon_lat.insert(s.lon_lat.end(), exact.begin(), exact.end());
    if (s.has_lines) {
        s.importance.insert(s.importance.end(), kept.begin(), kept.end());
        s.importance.resize(s.vertices.size(), 0.f);
    }
    const auto parts = segment.part_ends(row);
    s.part_ends.insert(s.part_ends.end(), parts.begin(), parts.end());
    const auto polygons = segment.polygon_ends(row);
    s.polygon_ends.insert(s.polygon_ends.end(), polygons.begin(), polygons.end());
    s.collections.emplace_back(segment.collection_wkb(row));
    for (std::size_t i = 0; i < s.columns.size(); ++i) s.columns[i].add(segment, segment.column(i), row);
    s.close_row();
}

std::vector<Row> SegmentBuilder::State::hilbert_order() const {
    std::vector<std::pair<std::uint64_t, Row>> keys(ids.size());
    for (Row row = 0; row < ids.size(); ++row) keys[row] = {curve_key(boxes[row]), row};
    std::ranges::sort(keys);
    std::vector<Row> order(keys.size());
    std::ranges::transform(keys, order.begin(), [](const auto& key) { return key.second; });
    return order;
}

namespace {

// Writes sections one after another behind a header and a table that are filled in at the end.
class Writer {
public:
    Writer(std::uint32_t sections) : table_(sections) {
        bytes_.resize(sizeof(format::Header) + sections * sizeof(format::Section));
    }

    template <typename T>
    void section(std::uint32_t number, std::span<const T> values) {
        bytes_.resize((bytes_.size() + format::kAlignment - 1) / format::kAlignment * format::kAlignment);
        table_[number] = {bytes_.size(), values.size_bytes()};
        const auto* first = reinterpret_cast<const std::byte*>(values.data());
        bytes_.insert(bytes_.end(), first, first + values.size_bytes());
    }
    template <typename T>
    void section(std::uint32_t number, const std::vector<T>& values) {
        section(number, std::span<const T>{values});
    }
    template <typename T>
    void permuted(std::uint32_t number, const std::vector<T>& values, const std::vector<Row>& order) {
        std::vector<T> sorted(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) sorted[i] = values[order[i]];
        section(number, sorted);
    }
    // Nothing where all is null.
    template <typename T>
    void permuted(std::uint32_t number, const std::vector<T>& values, const std::vector<Row>& order, T null) {
        const auto is_null = [null](T v) { return v == null || (v != v && null != null); };
        if (std::ranges::all_of(values, is_null)) return section(number, std::span<const T>{});
        permuted(number, values, order);
    }
    std::vector<std::byte> finish(format::Header header) {
        bytes_.shrink_to_fit();
        std::memcpy(bytes_.data(), &header, sizeof header);
        std::memcpy(bytes_.data() + sizeof header, table_.data(), table_.size() * sizeof(format::Section));
        return std::move(bytes_);
    }

private:
    std::vector<std::byte> bytes_;
    std::vector<format::Section> table_;
};

// values cut by starts into pieces, the pieces put into `order`; writes the new starts too.
template <typename T>
void write_pieces(Writer& out, std::uint32_t values_section, const std::vector<T>& values,
                  const std::vector<std::uint32_t>& starts, const std::vector<Row>& order,
                  std::optional<std::uint32_t> starts_section) {
    std::vector<T> sorted;
    sorted.reserve(values.size());
    std::vector<std::uint32_t> new_starts{0};
    new_starts.reserve(starts.size());
    for (const Row row : order) {
        sorted.insert(sorted.end(), values.begin() + starts[row], values.begin() + starts[row + 1]);
        new_starts.push_back(static_cast<std::uint32_t>(sorted.size()));
    }
    out.section(values_section, sorted);
    if (!starts_section) return;
    if (sorted.empty() && *starts_section != format::vertex_start) new_starts.clear();
    out.section(*starts_section, new_starts);
}

std::vector<std::vector<geo::MercatorBox>> tree_levels(const std::vector<geo::MercatorBox>& boxes,
                                                       const std::vector<Row>& order) {
    std::vector<std::vector<geo::MercatorBox>> levels;
    const auto grouped = [](std::size_t count, const auto& box_at) {
        std::vector<geo::MercatorBox> groups((count + Segment::kFanout - 1) / Segment::kFanout);
        for (std::size_t i = 0; i < count; ++i) groups[i / Segment::kFanout].add(box_at(i));
        return groups;
    };
    if (order.empty()) return levels;
    levels.push_back(grouped(order.size(), [&](std::size_t i) { return boxes[order[i]]; }));
    while (levels.back().size() > Segment::kFanout) {
        const auto& below = levels.back();
        auto above = grouped(below.size(), [&](std::size_t i) { return below[i]; });
        levels.push_back(std::move(above));
    }
    return levels;
}

void write_column(Writer& out, std::uint32_t first, GrowingColumn& column, const std::vector<Row>& order) {
    switch (column.type) {
    case FieldType::boolean:
        return out.permuted(first, column.booleans, order, kNullBoolean);
    case FieldType::integer:
    case FieldType::instant:
        return out.permuted(first, column.integers, order, kNullInteger);
    case FieldType::number:
        return out.permuted(first, column.numbers, order, std::nan(""));
    default:
        break;
    }
    out.permuted(first, column.codes, order, kNullCode);
    std::vector<std::uint64_t> ends;
    std::string words;
    for (const auto& word : column.words) {
        words += word;
        ends.push_back(words.size());
    }
    out.section(first + 1, ends);
    out.section(first + 2, std::span<const char>{words});
}

} // namespace

std::shared_ptr<const Segment> SegmentBuilder::finish() {
    using namespace format;
    State& s = *state_;
    const auto order = s.hilbert_order();
    const auto levels = tree_levels(s.boxes, order);
    const auto level_count = static_cast<std::uint32_t>(levels.size());
    const auto column_count = static_cast<std::uint32_t>(s.columns.size());
    const Header header = header_of(schema_hash(s.layer), size(), column_count, level_count,
                                    s.seqs.empty() ? 0 : *std::ranges::max_element(s.seqs));

    Writer out{header.sections};
    out.permuted(ids, s.ids, order);
    out.permuted(versions, s.versions, order);
    out.permuted(seqs, s.seqs, order);
    out.permuted(boxes, s.boxes, order);
    out.permuted(types, s.types, order);
    write_pieces(out, vertices, s.vertices, s.vertex_start, order, vertex_start);
    write_pieces(out, lon_lat, s.lon_lat, s.vertex_start, order, {});
    if (s.has_lines)
        write_pieces(out, importance, s.importance, s.vertex_start, order, {});
    else
        out.section(importance, std::span<const float>{});
    write_pieces(out, part_ends, s.part_ends, s.part_start, order, part_start);
    write_pieces(out, polygon_ends, s.polygon_ends, s.polygon_start, order, polygon_start);
    std::vector<Row> sorted_by_id(order.size());
    std::iota(sorted_by_id.begin(), sorted_by_id.end(), Row{0});
    std::ranges::sort(sorted_by_id, {}, [&](Row row) { return s.ids[order[row]]; });
    out.section(by_id, sorted_by_id);
    std::vector<std::uint64_t> ends;
    std::string wkb;
    for (const Row row : order) {
        wkb += s.collections[row];
        ends.push_back(wkb.size());
    }
    if (wkb.empty()) ends.clear();
    out.section(collection_ends, ends);
    out.section(collection_bytes, std::span<const char>{wkb});
    for (std::uint32_t level = 0; level < level_count; ++level) out.section(first_level + level, levels[level]);
    for (std::uint32_t i = 0; i < column_count; ++i)
        write_column(out, column_section(level_count, i), s.columns[i], order);

    const Layer& layer = s.layer;
    auto bytes = std::make_shared<std::vector<std::byte>>(out.finish(header));
    state_ = std::make_unique<State>(layer);
    const std::span<const std::byte> view{*bytes};
    return Segment::from_bytes(std::move(bytes), view, layer);
}

std::uint64_t schema_hash(const Layer& layer) {
    std::uint64_t h = 1469598103934665603ull;
    const auto mix = [&h](std::string_view text) {
        for (const char c : text) h = (h ^ static_cast<std::uint8_t>(c)) * 1099511628211ull;
        h = (h ^ 0xffu) * 1099511628211ull;
    };
    mix(layer.id);
    for (const auto& field : layer.fields) {
        mix(field.name);
        mix(name(field.type));
    }
    return h;
}

} // namespace layers::index
