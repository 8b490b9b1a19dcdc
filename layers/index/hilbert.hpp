// Position of a point on the Hilbert curve over a 65536 x 65536 grid; neighbours on the curve are neighbours on the
// map. Iterative form of Hamilton, "Compact Hilbert Indices" (2006), two dimensions.
#pragma once

#include "geo/tile.hpp"

#include <cstdint>
#include <utility>

namespace layers::index {

inline std::uint32_t hilbert(std::uint32_t x, std::uint32_t y) {
    std::uint32_t position = 0;
    for (std::uint32_t s = 1u << 15; s > 0; s >>= 1) {
        const std::uint32_t rx = (x & s) ? 1 : 0;
        const std::uint32_t ry = (y & s) ? 1 : 0;
        position += s * s * ((3 * rx) ^ ry);
        if (ry == 0) {
            if (rx == 1) {
                x = 65535 - x;
                y = 65535 - y;
            }
            std::swap(x, y);
        }
    }
    return position;
}

// Of the middle of a box; rows without a shape come last, they are never found by a search.
inline std::uint64_t curve_key(const geo::MercatorBox& box) {
    if (box.empty()) return std::uint64_t{1} << 33;
    const auto grid = [](std::int64_t low, std::int64_t high) {
        return static_cast<std::uint32_t>(((low + high) / 2 + (std::int64_t{1} << 31)) >> 16);
    };
    return hilbert(grid(box.min_x, box.max_x), grid(box.min_y, box.max_y));
}

} // namespace layers::index
