// How a segment's bytes are laid out: a header, a table of sections, the sections, each aligned to 16 bytes.
// A section that says nothing has no bytes: a column of nulls, where the parts of shapes begin when none has any, and
// where the WKB of collections ends when there are none. Native byte order: a snapshot is a cache of this machine,
// rebuilt from the store wherever it doesn't fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace layers::index::format {

inline constexpr char kMagic[8] = {'S', 'A', 'R', 'H', 'S', 'E', 'G', '2'};
inline constexpr std::size_t kAlignment = 16;

struct Header {
    char magic[8];
    std::uint64_t schema;
    std::uint32_t rows;
    std::uint32_t columns;
    std::uint32_t levels;
    std::uint32_t sections;
    std::int64_t max_seq;
};

struct Section {
    std::uint64_t offset;
    std::uint64_t bytes;
};

enum : std::uint32_t {
    ids,
    versions,
    seqs,
    boxes,
    types,
    vertex_start,
    part_start,
    polygon_start,
    vertices,
    lon_lat,
    part_ends,
    polygon_ends,
    importance,
    by_id,
    collection_ends,
    collection_bytes,
    first_level
};
// Then the levels of the R-tree, then three sections a column: data, dictionary ends, dictionary bytes.
inline std::uint32_t column_section(std::uint32_t levels, std::uint32_t column) {
    return first_level + levels + 3 * column;
}

inline Header header_of(std::uint64_t schema, std::size_t rows, std::uint32_t columns, std::uint32_t levels,
                        std::int64_t max_seq) {
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.schema = schema;
    header.rows = static_cast<std::uint32_t>(rows);
    header.columns = columns;
    header.levels = levels;
    header.sections = column_section(levels, columns);
    header.max_seq = max_seq;
    return header;
}

} // namespace layers::index::format
