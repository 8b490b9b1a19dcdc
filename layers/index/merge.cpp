#include "layers/index/merge.hpp"

#include "geo/wrap/mapped_file.hpp"
#include "layers/index/hilbert.hpp"
#include "layers/index/segment_format.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace layers::index {
namespace {

using namespace format;

struct Place {
    std::uint64_t key; // on the curve
    std::uint32_t part;
    Row row;
};

// Sections one after another, in memory that is reserved for the most there may be and taken as it is written.
class Output {
public:
    Output(std::uint32_t sections, std::size_t most)
        : memory_{geo::wrap::reserve_memory(most)}, size_{sizeof(Header) + sections * sizeof(Section)} {}

    template <typename T>
    void put(const T& value) {
        std::memcpy(memory_.bytes.data() + size_, &value, sizeof value);
        size_ += sizeof value;
    }
    template <typename T>
    void put_all(std::span<const T> values) {
        if (!values.empty()) std::memcpy(memory_.bytes.data() + size_, values.data(), values.size_bytes());
        size_ += values.size_bytes();
    }
    template <typename Write>
    void section(std::uint32_t number, const Write& write) {
        size_ = (size_ + kAlignment - 1) / kAlignment * kAlignment;
        const std::size_t from = size_;
        write();
        const Section section{from, size_ - from};
        std::memcpy(memory_.bytes.data() + sizeof(Header) + number * sizeof section, &section, sizeof section);
    }
    geo::wrap::Memory finish(const Header& header) {
        std::memcpy(memory_.bytes.data(), &header, sizeof header);
        return geo::wrap::keep_memory(std::move(memory_), size_);
    }

private:
    geo::wrap::Memory memory_;
    std::size_t size_;
};

class Merge {
public:
    Merge(const Layer& layer, const std::vector<Part>& parts) : layer_{layer}, parts_{parts} {
        std::size_t rows = 0;
        for (const Part& part : parts) rows += part.rows.size();
        order_.reserve(rows);
        for (std::uint32_t part = 0; part < parts.size(); ++part) {
            const Segment& segment = *parts[part].segment;
            for (const Row row : parts[part].rows) {
                const Place place{curve_key(segment.box(row)), part, row};
                vertices_ += segment.vertices(row).size();
                parts_of_shapes_ += segment.part_ends(row).size();
                polygons_ += segment.polygon_ends(row).size();
                collection_bytes_ += segment.collection_wkb(row).size();
                has_lines_ |= !segment.importance(row).empty();
                order_.push_back(place);
            }
        }
        // Rows at one place keep the order in which they were given.
        std::ranges::sort(order_, {}, [](const Place& p) { return std::tuple{p.key, p.part, p.row}; });
    }

    std::shared_ptr<const Segment> run(std::uint64_t schema);

private:
    const Segment& of(const Place& place) const { return *parts_[place.part].segment; }
    std::size_t most_bytes(std::uint32_t sections) const;
    template <typename Get>
    void each(Output& out, std::uint32_t number, const Get& get) const {
        out.section(number, [&] {
            for (const Place& place : order_) out.put(get(of(place), place.row));
        });
    }
    template <typename Get>
    void pieces(Output& out, std::uint32_t number, std::optional<std::uint32_t> starts, const Get& get) const;
    void put_shapes(Output& out) const;
    void put_ids_in_order(Output& out) const;
    void put_tree(Output& out, std::uint32_t levels) const;
    void put_column(Output& out, std::uint32_t first, std::size_t ordinal) const;
    void put_words(Output& out, std::uint32_t first, std::size_t ordinal) const;

    const Layer& layer_;
    const std::vector<Part>& parts_;
    std::vector<Place> order_;
    std::size_t vertices_ = 0, parts_of_shapes_ = 0, polygons_ = 0, collection_bytes_ = 0;
    bool has_lines_ = false;
};

std::size_t Merge::most_bytes(std::uint32_t sections) const {
    constexpr std::size_t kFixed = 16 + 8 + 8 + 16 + 1 + 4 + 4 + 4 + 4 + 8 + 2 * 16; // a row, and its share of the tree
    std::size_t bytes = sizeof(Header) + sections * (sizeof(Section) + kAlignment) + 4096 +
                        order_.size() * (kFixed + 8 * layer_.fields.size()) +
                        vertices_ * (sizeof(geo::MercatorPoint) + sizeof(geo::Point) + sizeof(float)) +
                        4 * (parts_of_shapes_ + polygons_) + collection_bytes_;
    for (const Part& part : parts_)
        for (std::size_t i = 0; i < part.segment->column_count(); ++i) {
            const Column& column = part.segment->column(i);
            bytes += column.dictionary_bytes.size() + column.dictionary_ends.size_bytes();
        }
    return bytes;
}

template <typename Get>
void Merge::pieces(Output& out, std::uint32_t number, std::optional<std::uint32_t> starts, const Get& get) const {
    std::size_t total = 0;
    out.section(number, [&] {
        for (const Place& place : order_) {
            const auto piece = get(of(place), place.row);
            out.put_all(piece);
            total += piece.size();
        }
    });
    if (!starts) return;
    out.section(*starts, [&] {
        if (total == 0 && *starts != vertex_start) return;
        std::uint32_t start = 0;
        out.put(start);
        for (const Place& place : order_)
            out.put(start += static_cast<std::uint32_t>(get(of(place), place.row).size()));
    });
}

void Merge::put_shapes(Output& out) const {
    pieces(out, vertices, vertex_start, [](const Segment& s, Row row) { return s.vertices(row); });
    pieces(out, lon_lat, {}, [](const Segment& s, Row row) { return s.lon_lat(row); });
    out.section(importance, [&] {
        for (const Place& place : order_) {
            if (!has_lines_) break;
            const auto kept = of(place).importance(place.row);
            out.put_all(kept);
            for (auto i = kept.size(); i < of(place).vertices(place.row).size(); ++i) out.put(0.f);
        }
    });
    pieces(out, part_ends, part_start, [](const Segment& s, Row row) { return s.part_ends(row); });
    pieces(out, polygon_ends, polygon_start, [](const Segment& s, Row row) { return s.polygon_ends(row); });
}

void Merge::put_ids_in_order(Output& out) const {
    std::vector<Row> sorted(order_.size());
    std::iota(sorted.begin(), sorted.end(), Row{0});
    std::ranges::sort(sorted, {}, [&](Row row) { return of(order_[row]).id(order_[row].row); });
    out.section(by_id, [&] { out.put_all(std::span<const Row>{sorted}); });
}

std::uint32_t levels_of(std::size_t rows) {
    std::uint32_t levels = 0;
    do {
        rows = (rows + Segment::kFanout - 1) / Segment::kFanout;
        ++levels;
    } while (rows > Segment::kFanout);
    return levels;
}

void Merge::put_tree(Output& out, std::uint32_t levels) const {
    std::vector<geo::MercatorBox> below;
    for (std::uint32_t level = 0; level < levels; ++level) {
        const std::size_t count = level == 0 ? order_.size() : below.size();
        std::vector<geo::MercatorBox> groups((count + Segment::kFanout - 1) / Segment::kFanout);
        for (std::size_t i = 0; i < count; ++i)
            groups[i / Segment::kFanout].add(level == 0 ? of(order_[i]).box(order_[i].row) : below[i]);
        out.section(first_level + level, [&] { out.put_all(std::span<const geo::MercatorBox>{groups}); });
        below = std::move(groups);
    }
}

void Merge::put_words(Output& out, std::uint32_t first, std::size_t ordinal) const {
    std::unordered_map<std::string_view, std::uint32_t> known;
    std::vector<std::string_view> words;
    std::vector<std::vector<std::uint32_t>> codes(parts_.size()); // from a part's codes; 0: not met yet
    const auto code_of = [&](std::uint32_t part, std::uint32_t code) {
        if (code == kNullCode) return kNullCode;
        auto& own = codes[part][code];
        if (own != 0) return own;
        const auto word = parts_[part].segment->column(ordinal).entry(code);
        const auto [at, fresh] = known.try_emplace(word, static_cast<std::uint32_t>(words.size() + 1));
        if (fresh) words.push_back(word);
        return own = at->second;
    };
    // In the order in which the rows were given, as the builder does.
    for (std::uint32_t part = 0; part < parts_.size(); ++part) {
        const Column& column = parts_[part].segment->column(ordinal);
        codes[part].resize(column.dictionary_size() + 1);
        for (const Row row : parts_[part].rows) code_of(part, column.codes[row]);
    }
    if (words.empty()) {
        for (std::uint32_t i = 0; i < 3; ++i) out.section(first + i, [] {});
        return;
    }
    out.section(first, [&] {
        for (const Place& place : order_) out.put(codes[place.part][of(place).column(ordinal).codes[place.row]]);
    });
    out.section(first + 1, [&] {
        std::uint64_t end = 0;
        for (const auto word : words) out.put(end += word.size());
    });
    out.section(first + 2, [&] {
        for (const auto word : words) out.put_all(std::span{word});
    });
}

void Merge::put_column(Output& out, std::uint32_t first, std::size_t ordinal) const {
    const auto is_null = [&](const Place& place) { return of(place).column(ordinal).is_null(place.row); };
    if (parts_[0].segment->column(ordinal).coded()) return put_words(out, first, ordinal);
    if (std::ranges::all_of(order_, is_null)) return out.section(first, [] {});
    switch (layer_.fields[ordinal].type) {
    case FieldType::boolean:
        return each(out, first, [&](const Segment& s, Row row) { return s.column(ordinal).booleans[row]; });
    case FieldType::number:
        return each(out, first, [&](const Segment& s, Row row) { return s.column(ordinal).numbers[row]; });
    default:
        return each(out, first, [&](const Segment& s, Row row) { return s.column(ordinal).integers[row]; });
    }
}

std::shared_ptr<const Segment> Merge::run(std::uint64_t schema) {
    if (order_.empty()) return nullptr;
    const auto levels = levels_of(order_.size());
    const auto columns = static_cast<std::uint32_t>(layer_.fields.size());
    std::int64_t max_seq = 0;
    for (const Place& place : order_) max_seq = std::max(max_seq, of(place).seq(place.row));
    const Header header = header_of(schema, order_.size(), columns, levels, max_seq);

    Output out{header.sections, most_bytes(header.sections)};
    each(out, ids, [](const Segment& s, Row row) { return s.id(row); });
    each(out, versions, [](const Segment& s, Row row) { return s.version(row); });
    each(out, seqs, [](const Segment& s, Row row) { return s.seq(row); });
    each(out, boxes, [](const Segment& s, Row row) { return s.box(row); });
    each(out, types, [](const Segment& s, Row row) { return static_cast<std::uint8_t>(s.type(row)); });
    put_shapes(out);
    put_ids_in_order(out);
    out.section(collection_ends, [&] {
        std::uint64_t end = 0;
        if (collection_bytes_ > 0)
            for (const Place& place : order_) out.put(end += of(place).collection_wkb(place.row).size());
    });
    out.section(collection_bytes, [&] {
        for (const Place& place : order_) out.put_all(std::span{of(place).collection_wkb(place.row)});
    });
    put_tree(out, levels);
    for (std::uint32_t i = 0; i < columns; ++i) put_column(out, column_section(levels, i), i);
    auto memory = out.finish(header);
    const std::span<const std::byte> view{memory.bytes};
    return Segment::from_bytes(std::move(memory.owner), view, layer_, schema);
}

} // namespace

std::shared_ptr<const Segment> merge(const Layer& layer, std::uint64_t schema, const std::vector<Part>& parts) {
    return Merge{layer, parts}.run(schema);
}

} // namespace layers::index
