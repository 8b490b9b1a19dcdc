// An elevation raster as map tiles: heights sampled for a Web Mercator tile, hillshade and terrain-RGB pictures of
// them. Knows no HTTP. A picture for orientation: analyses read the raster itself.
#pragma once

#include "geo/geometry.hpp"
#include "geo/tile.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace geo {

inline constexpr int kRasterTileSize = 256;

// Heights in metres, row by row from the north-west; NaN where there are none.
struct HeightGrid {
    int size = 0; // columns and rows
    std::vector<float> heights_m;
    bool empty() const; // no height at all
    float at(int column, int row) const { return heights_m[static_cast<std::size_t>(row * size + column)]; }
};

// Thread-safe: reading the file takes turns, the rest runs side by side.
class Raster {
public:
    // Errors of wrap::RasterFile; invalid_input for a coordinate system that PROJ doesn't know.
    explicit Raster(const std::string& path);
    ~Raster();
    Raster(Raster&&) noexcept;
    Raster& operator=(Raster&&) noexcept;

    Box lon_lat_box() const;
    bool covers(TileId tile) const; // their boxes meet: otherwise every picture is empty

    // Heights at the centres of the tile's pixels and of `margin` more on each side. Catmull-Rom between raster cells
    // (no creases where the raster is coarser than the tile), bilinear beside gaps, averages where the raster is finer.
    HeightGrid heights(TileId tile, int margin = 0) const;

    // 256 x 256 grey with alpha, transparent where there is no height. Light from the north-west, 45° high; slopes by
    // Horn 1981. Heights are smoothed between the raster's cells, and relief is
    // exaggerated at small scales, where true slopes would show as flat: see raster.cpp.
    std::string hillshade_png(TileId tile) const;

    // 256 x 256 RGB: height = -10000 + 0.1·(65536·R + 256·G + B) metres (Mapbox terrain-RGB); 0 m where there is no
    // height.
    std::string terrain_rgb_png(TileId tile) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The maths of hillshade_png: light 0..255 of the grid's inside (one less on each side), and 0/255 for "no
// height/height". cell_m: ground distance between heights.
std::vector<std::uint8_t> hillshade(const HeightGrid& grid, double cell_m, double exaggeration);

} // namespace geo
