// Rasters and PNG through GDAL. Only the drivers named in gdal.cpp exist for it: no VRT, no network, no plug-in.
// Knows pixels and no tile. (Vector files are ogr_reader's.)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace geo::wrap {

// An open raster, its first band as numbers. One thread at a time.
class RasterFile {
public:
    // GeoTIFF (also cloud-optimised), SRTM .hgt or DTED, from a plain file that is there. Files beside it are not read.
    // Errors: not_found, unsupported_format, unreadable_file (damaged, or without a place on the earth).
    explicit RasterFile(const std::string& path);

    int width() const { return width_; }
    int height() const { return height_; }
    const std::string& crs() const { return crs_; } // WKT
    // column = c[0] + c[1]·x + c[2]·y, row = c[3] + c[4]·x + c[5]·y; whole numbers are pixel corners; x,y in
    // traditional order.
    const std::array<double, 6>& map_to_pixel() const { return map_to_pixel_; }
    const std::array<double, 6>& pixel_to_map() const { return pixel_to_map_; }

    // A window (inside the raster) as out_width x out_height values, averaged where that is smaller; NaN where there is
    // no data. Error{unreadable_file}.
    std::vector<float> read(int column, int row, int width, int height, int out_width, int out_height) const;

private:
    struct Close {
        void operator()(void* dataset) const noexcept;
    };
    std::unique_ptr<void, Close> dataset_;
    int width_ = 0, height_ = 0;
    std::string crs_;
    std::array<double, 6> pixel_to_map_{}, map_to_pixel_{};
};

// 8-bit PNG of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) bands, interleaved by pixel. Thread-safe.
std::string encode_png(int width, int height, int bands, std::span<const std::uint8_t> pixels);

} // namespace geo::wrap
