#include "geo/raster.hpp"

#include "geo/crs.hpp"
#include "geo/error.hpp"
#include "geo/wrap/gdal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>

namespace geo {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr float kNoHeight = std::numeric_limits<float>::quiet_NaN();

Point applied(const std::array<double, 6>& t, Point p) {
    return {t[0] + t[1] * p.x + t[2] * p.y, t[3] + t[4] * p.x + t[5] * p.y};
}

// Centres of the tile's pixels, in lon,lat.
std::vector<Point> pixel_centres(TileId tile, int margin) {
    const double world = std::ldexp(kRasterTileSize, tile.z);
    std::vector<Point> centres;
    const int size = kRasterTileSize + 2 * margin;
    centres.reserve(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
    for (int row = -margin; row < kRasterTileSize + margin; ++row) {
        const double y = 1 - 2 * (static_cast<double>(tile.y) * kRasterTileSize + row + 0.5) / world;
        const double lat = std::atan(std::sinh(y * std::numbers::pi)) / kRadians;
        for (int column = -margin; column < kRasterTileSize + margin; ++column) {
            const double x = (static_cast<double>(tile.x) * kRasterTileSize + column + 0.5) / world;
            centres.push_back({std::clamp(x * 360 - 180, -180.0, 180.0), lat});
        }
    }
    return centres;
}

using Weights = std::array<double, 4>;
using Kernel = Weights (*)(double t);

// A rectangle of heights read from the file, perhaps averaged to fewer cells.
struct Window {
    int column = 0, row = 0, width = 0, height = 0; // in raster pixels
    int cells_x = 0, cells_y = 0;
    std::vector<float> values;

    float cell(int x, int y) const {
        x = std::clamp(x, 0, cells_x - 1);
        y = std::clamp(y, 0, cells_y - 1);
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(cells_x) + static_cast<std::size_t>(x)];
    }
    float at(Point pixel, Kernel kernel) const;
};

// Catmull and Rom 1974: through the values, with a continuous slope.
Weights through_values(double t) {
    return {0.5 * t * (-1 + t * (2 - t)), 0.5 * (2 + t * t * (-5 + 3 * t)), 0.5 * t * (1 + t * (4 - 3 * t)),
            0.5 * t * t * (t - 1)};
}

// The cubic B-spline: rounds the values off, with a continuous curvature. Light on slopes shows every break in it.
Weights smooth(double t) {
    const double u = 1 - t;
    return {u * u * u / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * u * u + 3 * u * u * u) / 6, t * t * t / 6};
}

float Window::at(Point pixel, Kernel kernel) const {
    const double x = (pixel.x - column) * cells_x / width - 0.5, y = (pixel.y - row) * cells_y / height - 0.5;
    const double left = std::floor(x), top = std::floor(y);
    const auto ix = static_cast<int>(left), iy = static_cast<int>(top);
    const auto wx = kernel(x - left), wy = kernel(y - top);
    double cubic = 0;
    for (int dy = 0; dy < 4; ++dy) {
        for (int dx = 0; dx < 4; ++dx) {
            cubic +=
                wx[static_cast<std::size_t>(dx)] * wy[static_cast<std::size_t>(dy)] * cell(ix + dx - 1, iy + dy - 1);
        }
    }
    if (!std::isnan(cubic)) return static_cast<float>(cubic);
    // Beside a gap: the mean of what is there of the four around, if that is most of it.
    double sum = 0, weight = 0;
    for (int dy = 0; dy < 2; ++dy) {
        for (int dx = 0; dx < 2; ++dx) {
            const double w = (dx ? x - left : 1 - x + left) * (dy ? y - top : 1 - y + top);
            const float value = cell(ix + dx, iy + dy);
            if (std::isnan(value)) continue;
            sum += w * value;
            weight += w;
        }
    }
    return weight >= 0.5 ? static_cast<float>(sum / weight) : kNoHeight;
}

// Slopes of a 9 km relief on a continent's map are a hundredth of a degree. A third more relief with every zoom step
// out keeps valleys visible; from zoom 12 on the picture is true to scale.
double exaggeration_at(int z) {
    return std::clamp(std::exp2((12 - z) * 0.45), 1.0, 16.0);
}

} // namespace

bool HeightGrid::empty() const {
    return std::all_of(heights_m.begin(), heights_m.end(), [](float h) { return std::isnan(h); });
}

struct Raster::State {
    wrap::RasterFile file;
    Transformer to_map;
    Box box;
    mutable std::mutex mutex; // guards file and to_map, which belong to one thread at a time

    explicit State(const std::string& path) : file{path}, to_map{"OGC:CRS84", file.crs()} {
        // The border, pixel by pixel where it isn't long: a curved edge must not be cut short.
        const Transformer to_lon_lat{file.crs(), "OGC:CRS84"};
        constexpr int kSteps = 64;
        for (int i = 0; i <= kSteps; ++i) {
            const double x = static_cast<double>(file.width()) * i / kSteps,
                         y = static_cast<double>(file.height()) * i / kSteps;
            for (const Point corner : {Point{x, 0}, Point{x, static_cast<double>(file.height())}, Point{0, y},
                                       Point{static_cast<double>(file.width()), y}}) {
                try {
                    box.add(to_lon_lat.apply(applied(file.pixel_to_map(), corner)));
                } catch (const Error&) { // a corner off the earth: the others say where the raster is
                }
            }
        }
    }

    Window read(const Box& pixels, int most_cells) const;
    HeightGrid sample(TileId tile, int margin, Kernel kernel) const;
};

Raster::Raster(const std::string& path) : state_{std::make_unique<State>(path)} {}
Raster::~Raster() = default;
Raster::Raster(Raster&&) noexcept = default;
Raster& Raster::operator=(Raster&&) noexcept = default;

Box Raster::lon_lat_box() const {
    return state_->box;
}

bool Raster::covers(TileId tile) const {
    return tile_lon_lat_box(tile).intersects(state_->box);
}

// The part of the file that `pixels` needs, read with at most `most_cells` a side.
Window Raster::State::read(const Box& pixels, int most_cells) const {
    constexpr double kAround = 2; // what the interpolation reaches beyond
    Window w;
    if (pixels.empty()) return w;
    const auto clamped = [](double v, int limit) {
        return static_cast<int>(std::clamp(v, 0.0, static_cast<double>(limit)));
    };
    w.column = clamped(std::floor(pixels.min_x - kAround), file.width());
    w.row = clamped(std::floor(pixels.min_y - kAround), file.height());
    w.width = clamped(std::ceil(pixels.max_x + kAround), file.width()) - w.column;
    w.height = clamped(std::ceil(pixels.max_y + kAround), file.height()) - w.row;
    if (w.width <= 0 || w.height <= 0) return w;
    w.cells_x = std::min(w.width, most_cells);
    w.cells_y = std::min(w.height, most_cells);
    w.values = file.read(w.column, w.row, w.width, w.height, w.cells_x, w.cells_y);
    return w;
}

HeightGrid Raster::State::sample(TileId tile, int margin, Kernel kernel) const {
    HeightGrid grid;
    grid.size = kRasterTileSize + 2 * margin;
    std::vector<Point> places = pixel_centres(tile, margin);
    grid.heights_m.assign(places.size(), kNoHeight);
    if (!tile_lon_lat_box(tile).intersects(box)) return grid;

    Box needed;
    Window window;
    const Box raster{0, 0, static_cast<double>(file.width()), static_cast<double>(file.height())};
    {
        const std::lock_guard lock{mutex};
        for (Point& p : places) {
            try {
                p = applied(file.map_to_pixel(), to_map.apply(p));
            } catch (const Error&) { // no image in the raster's coordinate system: no height
                p = {-1, -1};
            }
            if (raster.contains(p)) needed.add(p);
        }
        window = read(needed, 2 * grid.size);
    }
    if (window.values.empty()) return grid;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (raster.contains(places[i])) grid.heights_m[i] = window.at(places[i], kernel);
    }
    return grid;
}

HeightGrid Raster::heights(TileId tile, int margin) const {
    return state_->sample(tile, margin, through_values);
}

std::vector<std::uint8_t> hillshade(const HeightGrid& grid, double cell_m, double exaggeration) {
    const double azimuth = 315 * kRadians, altitude = 45 * kRadians;
    std::vector<std::uint8_t> pixels;
    pixels.reserve(static_cast<std::size_t>(grid.size - 2) * static_cast<std::size_t>(grid.size - 2) * 2);
    for (int row = 1; row + 1 < grid.size; ++row) {
        for (int column = 1; column + 1 < grid.size; ++column) {
            const float centre = grid.at(column, row);
            // At a gap or the raster's edge the missing neighbour counts as level with the centre.
            const auto h = [&](int dx, int dy) -> double {
                const float value = grid.at(column + dx, row + dy);
                return std::isnan(value) ? centre : value;
            };
            const double east = h(1, -1) + 2 * h(1, 0) + h(1, 1) - h(-1, -1) - 2 * h(-1, 0) - h(-1, 1);
            const double north = h(-1, -1) + 2 * h(0, -1) + h(1, -1) - h(-1, 1) - 2 * h(0, 1) - h(1, 1);
            const double rise_east = exaggeration * east / (8 * cell_m),
                         rise_north = exaggeration * north / (8 * cell_m);
            // Lambert: light · normal, with normal (-rise_east, -rise_north, 1)
            const double light = (std::sin(altitude) - std::cos(altitude) * (std::sin(azimuth) * rise_east +
                                                                             std::cos(azimuth) * rise_north)) /
                                 std::sqrt(1 + rise_east * rise_east + rise_north * rise_north);
            const bool there = !std::isnan(centre);
            pixels.push_back(there ? static_cast<std::uint8_t>(std::lround(255 * std::clamp(light, 0.0, 1.0))) : 0);
            pixels.push_back(there ? 255 : 0);
        }
    }
    return pixels;
}

std::string Raster::hillshade_png(TileId tile) const {
    const HeightGrid grid = state_->sample(tile, 1, smooth);
    const Box box = tile_lon_lat_box(tile);
    const double cell_m = pixel_size_m(tile.z) * std::cos((box.min_y + box.max_y) / 2 * kRadians);
    return wrap::encode_png(kRasterTileSize, kRasterTileSize, 2, hillshade(grid, cell_m, exaggeration_at(tile.z)));
}

std::string Raster::terrain_rgb_png(TileId tile) const {
    const HeightGrid grid = heights(tile);
    std::vector<std::uint8_t> pixels;
    pixels.reserve(grid.heights_m.size() * 3);
    for (const float height : grid.heights_m) {
        const double steps = std::isnan(height) ? 100'000 : std::clamp((height + 10'000.0) * 10, 0.0, 16'777'215.0);
        const auto code = static_cast<std::uint32_t>(std::lround(steps));
        for (int shift : {16, 8, 0}) pixels.push_back(static_cast<std::uint8_t>(code >> shift));
    }
    return wrap::encode_png(kRasterTileSize, kRasterTileSize, 3, pixels);
}

} // namespace geo
