// Many segments of a layer become one. Private to this room.
#pragma once

#include "layers/index/segment.hpp"

namespace layers::index {

struct Part {
    const Segment* segment;
    std::vector<Row> rows; // which of it, ascending
};

template <typename Wanted>
Part part_of(const Segment& segment, const Wanted& wanted) {
    Part part{&segment, {}};
    part.rows.reserve(segment.size());
    for (Row row = 0; row < segment.size(); ++row)
        if (wanted(row)) part.rows.push_back(row);
    return part;
}

// The same bytes as SegmentBuilder makes of these rows in this order, without holding them a second time: each section
// is written straight from the parts, into memory of its own that is given back whole when the segment ends. Needs some
// 20 bytes a row beside parts and result, and the words of one column. Null when there are no rows. `schema` is
// schema_hash(layer).
std::shared_ptr<const Segment> merge(const Layer& layer, std::uint64_t schema, const std::vector<Part>& parts);

} // namespace layers::index
