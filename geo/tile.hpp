// Web Mercator tile mathematics: WebMercatorQuad of OGC 17-083r4 (EPSG:3857), tile 0/0/0 is the world, y down.
// The index keeps shapes as whole centimetres of Web Mercator in int32 (|x| <= 2 003 750 834).
#pragma once

#include "geo/geometry.hpp"

#include <cstdint>

namespace geo {

inline constexpr double kMercatorHalfWorld_m = 20037508.342789244;
inline constexpr double kMercatorMaxLat_deg = 85.0511287798066;
inline constexpr int kMaxZoom = 22;

struct MercatorPoint { // centimetres
    std::int32_t x = 0;
    std::int32_t y = 0;
    friend bool operator==(const MercatorPoint&, const MercatorPoint&) = default;
};

struct MercatorBox { // centimetres, closed
    std::int32_t min_x = INT32_MAX;
    std::int32_t min_y = INT32_MAX;
    std::int32_t max_x = INT32_MIN;
    std::int32_t max_y = INT32_MIN;

    bool empty() const { return min_x > max_x || min_y > max_y; }
    void add(MercatorPoint p) {
        if (p.x < min_x) min_x = p.x;
        if (p.y < min_y) min_y = p.y;
        if (p.x > max_x) max_x = p.x;
        if (p.y > max_y) max_y = p.y;
    }
    void add(const MercatorBox& b) {
        if (b.empty()) return;
        add(MercatorPoint{b.min_x, b.min_y});
        add(MercatorPoint{b.max_x, b.max_y});
    }
    bool intersects(const MercatorBox& b) const {
        return min_x <= b.max_x && b.min_x <= max_x && min_y <= b.max_y && b.min_y <= max_y;
    }
    friend bool operator==(const MercatorBox&, const MercatorBox&) = default;
};

// Latitudes beyond ±85.0511° are clamped to the edge of the square. lon in [-180,180], lat in [-90,90].
MercatorPoint to_mercator(Point lon_lat);
Point to_lon_lat(MercatorPoint p);

struct TileId {
    int z = 0;
    std::int64_t x = 0;
    std::int64_t y = 0;
    friend auto operator<=>(const TileId&, const TileId&) = default;
};

bool valid(TileId id); // 0 <= z <= kMaxZoom, 0 <= x,y < 2^z

// The tile's square in centimetres, grown on each side by `buffer` of its width (0.0625 = 256/4096); clamped to int32.
MercatorBox tile_box(TileId id, double buffer = 0);
Box tile_lon_lat_box(TileId id);
TileId tile_at(Point lon_lat, int z);

// Ground size of one pixel (1/256 of a tile's width) at the equator, in Web Mercator metres.
double pixel_size_m(int z);

} // namespace geo
