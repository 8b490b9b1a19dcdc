#include "layers/index/few_rows.hpp"

#include "layers/index/hilbert.hpp"
#include "layers/index/importance.hpp"
#include "layers/index/segment_format.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace layers::index {
namespace {

using namespace format;

// Sections one after another behind a header and a table.
class Bytes {
public:
    explicit Bytes(std::uint32_t sections) {
        bytes_.reserve(8192);
        bytes_.resize(sizeof(Header) + sections * sizeof(Section));
    }
    void begin(std::uint32_t number) {
        bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment);
        number_ = number;
        from_ = bytes_.size();
    }
    template <typename T>
    void put(const T& value) {
        put_bytes(&value, sizeof value);
    }
    template <typename T>
    void put_all(std::span<T> values) {
        put_bytes(values.data(), values.size_bytes());
    }
    void end() {
        const Section section{from_, bytes_.size() - from_};
        std::memcpy(bytes_.data() + sizeof(Header) + number_ * sizeof section, &section, sizeof section);
    }
    std::span<const std::byte> finish(const Header& header) {
        std::memcpy(bytes_.data(), &header, sizeof header);
        return bytes_;
    }

private:
    void put_bytes(const void* from, std::size_t size) {
        const auto* first = static_cast<const std::byte*>(from);
        bytes_.insert(bytes_.end(), first, first + size);
    }
    std::vector<std::byte> bytes_;
    std::uint32_t number_ = 0;
    std::size_t from_ = 0;
};

struct Few {
    std::span<const Record* const> rows;            // as they came
    std::array<Row, kFewRows> order{};              // where each row of the segment comes from
    std::array<geo::MercatorBox, kFewRows> boxes{}; // as they came
    std::vector<geo::MercatorPoint> vertices;       // as they came
    std::array<std::uint32_t, kFewRows + 1> starts{};
    bool has_lines = false;

    std::span<const Row> in_order() const { return {order.data(), rows.size()}; }
    std::span<const geo::MercatorPoint> vertices_of(Row row) const {
        return std::span{vertices}.subspan(starts[row], starts[row + 1] - starts[row]);
    }
};

void place(Few& few) {
    const auto n = static_cast<Row>(few.rows.size());
    std::array<std::uint64_t, kFewRows> keys{};
    for (Row row = 0; row < n; ++row) {
        const geo::Geometry& shape = few.rows[row]->geometry;
        few.has_lines |= !shape.part_ends.empty();
        for (const auto& p : shape.points) {
            few.vertices.push_back(geo::to_mercator(p));
            few.boxes[row].add(few.vertices.back());
        }
        few.starts[row + 1] = static_cast<std::uint32_t>(few.vertices.size());
        keys[row] = curve_key(few.boxes[row]);
    }
    std::iota(few.order.begin(), few.order.begin() + n, Row{0});
    std::sort(few.order.begin(), few.order.begin() + n, [&](Row a, Row b) {
        return std::pair{keys[a], a} < std::pair{keys[b], b};
    });
}

template <typename Get>
void put_section(Bytes& out, const Few& few, std::uint32_t number, const Get& get) {
    out.begin(number);
    for (const Row row : few.in_order()) out.put(get(*few.rows[row], row));
    out.end();
}

// `get` gives the values of a row's piece; the starts are written too.
template <typename Get>
void put_pieces(Bytes& out, const Few& few, std::uint32_t number, std::optional<std::uint32_t> starts, const Get& get) {
    out.begin(number);
    for (const Row row : few.in_order()) out.put_all(get(row));
    out.end();
    if (!starts) return;
    const bool any = std::ranges::any_of(few.in_order(), [&](Row row) { return !get(row).empty(); });
    out.begin(*starts);
    if (any || *starts == vertex_start) {
        std::uint32_t start = 0;
        out.put(start);
        for (const Row row : few.in_order()) out.put(start += static_cast<std::uint32_t>(get(row).size()));
    }
    out.end();
}

void put_shapes(Bytes& out, const Few& few) {
    const auto shape = [&](Row row) -> const geo::Geometry& { return few.rows[row]->geometry; };
    put_pieces(out, few, vertices, vertex_start, [&](Row row) { return few.vertices_of(row); });
    put_pieces(out, few, lon_lat, {}, [&](Row row) { return std::span{shape(row).points}; });
    out.begin(importance);
    if (few.has_lines) {
        std::vector<float> values;
        for (const Row row : few.in_order())
            append_importance(few.vertices_of(row), shape(row).part_ends, shape(row).type, values);
        out.put_all(std::span{values});
    }
    out.end();
    put_pieces(out, few, part_ends, part_start, [&](Row row) { return std::span{shape(row).part_ends}; });
    put_pieces(out, few, polygon_ends, polygon_start, [&](Row row) { return std::span{shape(row).polygon_ends}; });
}

void put_ids_in_order(Bytes& out, const Few& few) {
    std::array<Row, kFewRows> sorted{};
    const std::span<Row> rows{sorted.data(), few.rows.size()};
    std::iota(rows.begin(), rows.end(), Row{0});
    std::ranges::sort(rows, {}, [&](Row row) { return few.rows[few.order[row]]->id; });
    out.begin(by_id);
    out.put_all(rows);
    out.end();
}

constexpr std::uint32_t kLevels = 1; // of the tree: the groups of the rows are its top
static_assert(kFewRows <= Segment::kFanout * Segment::kFanout);

void put_tree(Bytes& out, const Few& few) {
    std::array<geo::MercatorBox, kFewRows / Segment::kFanout> groups{};
    const auto order = few.in_order();
    for (std::size_t i = 0; i < order.size(); ++i) groups[i / Segment::kFanout].add(few.boxes[order[i]]);
    out.begin(first_level);
    out.put_all(std::span{groups}.first((order.size() + Segment::kFanout - 1) / Segment::kFanout));
    out.end();
}

void put_nothing(Bytes& out, std::uint32_t first, std::uint32_t sections) {
    for (std::uint32_t number = first; number < first + sections; ++number) {
        out.begin(number);
        out.end();
    }
}

void put_words(Bytes& out, const Few& few, std::uint32_t first, std::size_t ordinal, FieldType type) {
    const auto n = static_cast<Row>(few.rows.size());
    std::vector<std::string> packed(type == FieldType::text_list ? n : 0);
    std::array<std::string_view, kFewRows> words;
    std::array<std::uint32_t, kFewRows> codes{};
    std::uint32_t known = 0;
    for (Row row = 0; row < n; ++row) {
        const geo::Value& value = few.rows[row]->values[ordinal];
        if (geo::is_null(value)) continue;
        std::string_view word;
        if (type == FieldType::text_list)
            word = packed[row] = pack_list(std::get<geo::TextList>(value));
        else if (type == FieldType::json)
            word = std::get<geo::Json>(value).text;
        else
            word = std::get<std::string>(value);
        const auto end = words.begin() + known;
        const auto at = std::find(words.begin(), end, word);
        codes[row] = static_cast<std::uint32_t>(at - words.begin()) + 1;
        if (at == end) words[known++] = word;
    }
    put_section(out, few, first, [&](const Record&, Row row) { return codes[row]; });
    out.begin(first + 1);
    std::uint64_t word_end = 0;
    for (std::uint32_t i = 0; i < known; ++i) out.put(word_end += words[i].size());
    out.end();
    out.begin(first + 2);
    for (std::uint32_t i = 0; i < known; ++i) out.put_all(std::span{words[i]});
    out.end();
}

void put_column(Bytes& out, const Few& few, std::uint32_t first, std::size_t ordinal, FieldType type) {
    const auto value = [ordinal](const Record& record) -> const geo::Value& { return record.values[ordinal]; };
    const auto is_word = type != FieldType::boolean && type != FieldType::integer && type != FieldType::instant &&
                         type != FieldType::number;
    if (std::ranges::all_of(few.rows, [&](const Record* r) { return geo::is_null(value(*r)); }))
        return put_nothing(out, first, is_word ? 3 : 1);
    switch (type) {
    case FieldType::boolean:
        return put_section(out, few, first, [&](const Record& r, Row) -> std::uint8_t {
            return geo::is_null(value(r)) ? kNullBoolean : static_cast<std::uint8_t>(std::get<bool>(value(r)));
        });
    case FieldType::integer:
        return put_section(out, few, first, [&](const Record& r, Row) {
            return geo::is_null(value(r)) ? kNullInteger : std::get<std::int64_t>(value(r));
        });
    case FieldType::instant:
        return put_section(out, few, first, [&](const Record& r, Row) {
            return geo::is_null(value(r)) ? kNullInteger : std::get<geo::Instant>(value(r)).us;
        });
    case FieldType::number:
        return put_section(out, few, first, [&](const Record& r, Row) {
            return geo::is_null(value(r)) ? std::nan("") : std::get<double>(value(r));
        });
    default:
        return put_words(out, few, first, ordinal, type);
    }
}

struct alignas(kAlignment) Block {
    std::byte bytes[kAlignment];
};

} // namespace

std::shared_ptr<const Segment> pack_few(const Layer& layer, std::uint64_t schema, std::span<const Record* const> rows) {
    const auto is_collection = [](const Record* r) { return r->geometry.type == geo::GeometryType::collection; };
    if (rows.empty() || rows.size() > kFewRows || std::ranges::any_of(rows, is_collection)) return nullptr;
    Few few;
    few.rows = rows;
    place(few);
    const auto columns = static_cast<std::uint32_t>(layer.fields.size());

    Bytes out{column_section(kLevels, columns)};
    put_section(out, few, ids, [](const Record& r, Row) { return r.id; });
    put_section(out, few, versions, [](const Record& r, Row) { return r.version; });
    put_section(out, few, seqs, [](const Record& r, Row) { return r.seq; });
    put_section(out, few, boxes, [&](const Record&, Row row) { return few.boxes[row]; });
    put_section(out, few, types, [](const Record& r, Row) { return static_cast<std::uint8_t>(r.geometry.type); });
    put_shapes(out, few);
    put_ids_in_order(out, few);
    put_nothing(out, collection_ends, 2); // and their bytes
    put_tree(out, few);
    for (std::uint32_t i = 0; i < columns; ++i)
        put_column(out, few, column_section(kLevels, i), i, layer.fields[i].type);

    std::int64_t max_seq = 0;
    for (const Record* r : rows) max_seq = std::max(max_seq, r->seq);
    const auto bytes = out.finish(header_of(schema, rows.size(), columns, kLevels, max_seq));
    const auto blocks = std::make_shared_for_overwrite<Block[]>((bytes.size() + kAlignment - 1) / kAlignment);
    std::memcpy(blocks.get(), bytes.data(), bytes.size());
    const std::span<const std::byte> view{blocks[0].bytes, bytes.size()};
    return Segment::from_bytes(blocks, view, layer, schema);
}

std::shared_ptr<const Segment> pack(const Layer& layer, std::uint64_t schema, const std::vector<const Record*>& rows) {
    if (rows.empty()) return nullptr;
    if (auto packed = pack_few(layer, schema, rows)) return packed;
    SegmentBuilder builder{layer};
    for (const Record* row : rows) builder.add(*row);
    return builder.finish();
}

} // namespace layers::index
