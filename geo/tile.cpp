#include "geo/tile.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace geo {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kSphere_m = kMercatorHalfWorld_m / std::numbers::pi; // 6 378 137

std::int32_t centimetres(double metres) {
    const double cm = std::round(metres * 100);
    return static_cast<std::int32_t>(std::clamp(cm, -2147483648.0, 2147483647.0));
}

double mercator_y_m(double lat) {
    const double s = std::sin(std::clamp(lat, -kMercatorMaxLat_deg, kMercatorMaxLat_deg) * kRadians);
    return std::clamp(kSphere_m * std::atanh(s), -kMercatorHalfWorld_m, kMercatorHalfWorld_m);
}

double latitude_deg(double y_m) {
    return std::atan(std::sinh(y_m / kSphere_m)) / kRadians;
}

double tile_width_m(int z) {
    return std::ldexp(2 * kMercatorHalfWorld_m, -z);
}

} // namespace

MercatorPoint to_mercator(Point lon_lat) {
    return {centimetres(lon_lat.x / 180 * kMercatorHalfWorld_m), centimetres(mercator_y_m(lon_lat.y))};
}

Point to_lon_lat(MercatorPoint p) {
    return {p.x / (100 * kMercatorHalfWorld_m) * 180, latitude_deg(p.y / 100.0)};
}

bool valid(TileId id) {
    if (id.z < 0 || id.z > kMaxZoom) return false;
    const std::int64_t side = std::int64_t{1} << id.z;
    return id.x >= 0 && id.x < side && id.y >= 0 && id.y < side;
}

MercatorBox tile_box(TileId id, double buffer) {
    // Edges come from the tile number alone, so neighbours round to the same centimetre.
    const double width = tile_width_m(id.z);
    const auto x_at = [&](double column) { return centimetres(column * width - kMercatorHalfWorld_m); };
    const auto y_at = [&](double row) { return centimetres(kMercatorHalfWorld_m - row * width); };
    const auto x = static_cast<double>(id.x);
    const auto y = static_cast<double>(id.y);
    return {x_at(x - buffer), y_at(y + 1 + buffer), x_at(x + 1 + buffer), y_at(y - buffer)};
}

Box tile_lon_lat_box(TileId id) {
    const double width = tile_width_m(id.z);
    const double degrees = std::ldexp(360.0, -id.z);
    const auto x = static_cast<double>(id.x);
    const auto y = static_cast<double>(id.y);
    return {x * degrees - 180, latitude_deg(kMercatorHalfWorld_m - (y + 1) * width), (x + 1) * degrees - 180,
            latitude_deg(kMercatorHalfWorld_m - y * width)};
}

TileId tile_at(Point lon_lat, int z) {
    const std::int64_t side = std::int64_t{1} << z;
    const double column = (lon_lat.x + 180) / 360 * static_cast<double>(side);
    const double row = (kMercatorHalfWorld_m - mercator_y_m(lon_lat.y)) / tile_width_m(z);
    const auto within = [&](double v) { return std::clamp<std::int64_t>(static_cast<std::int64_t>(v), 0, side - 1); };
    return {z, within(column), within(row)};
}

double pixel_size_m(int z) {
    return tile_width_m(z) / 256;
}

} // namespace geo
