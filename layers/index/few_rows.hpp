// The segment of a commit: one row mostly, a few when writers wait together. Private to this room.
#pragma once

#include "layers/index/segment.hpp"

namespace layers::index {

inline constexpr std::size_t kFewRows = 32;

// The same bytes as SegmentBuilder makes of these rows in this order, for a fortieth of its work: nothing is collected
// first, since all rows are at hand. `schema` is schema_hash(layer). Null when it can't: no or more than kFewRows rows,
// or a collection among their shapes. One thread at a time.
std::shared_ptr<const Segment> pack_few(const Layer& layer, std::uint64_t schema, std::span<const Record* const> rows);

// By pack_few where it can, else by the builder; null without rows.
std::shared_ptr<const Segment> pack(const Layer& layer, std::uint64_t schema, const std::vector<const Record*>& rows);

} // namespace layers::index
