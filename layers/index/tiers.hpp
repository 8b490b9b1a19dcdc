// When segments are merged: those of about equal size, once there are enough of them, so that a row is copied log8(n)
// times in all. Private to this room.
#pragma once

#include "layers/index/read_model.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace layers::index {

inline int tier(Row rows) {
    int t = 0;
    for (std::uint64_t size = 64; size < rows; size *= 8) ++t;
    return t;
}

// Of the smallest, the rows of single commits, there may be more: a search passes over them quickly, and a merge costs
// most for its parts.
inline std::size_t most_of(int tier) {
    return tier == 0 ? 24 : 8;
}

inline bool some_tier_is_full(const std::vector<Piece>& pieces) {
    std::array<std::size_t, 16> counts{};
    return std::ranges::any_of(pieces, [&](const Piece& piece) {
        const int t = tier(piece.segment->size());
        return ++counts[static_cast<std::size_t>(t)] >= most_of(t);
    });
}

} // namespace layers::index
