// Position of a point on the Hilbert curve over a 65536 x 65536 grid; neighbours on the curve are neighbours on the
// map. Iterative form of Hamilton, "Compact Hilbert Indices" (2006), two dimensions.
#pragma once

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

} // namespace layers::index
