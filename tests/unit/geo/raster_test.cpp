#include "geo/crs.hpp"
#include "geo/error.hpp"
#include "geo/raster.hpp"
#include "geo/wrap/gdal.hpp"

#include <gdal.h> // to write rasters with
#include <gdal_frmts.h>
#include <gtest/gtest.h>
#include <ogr_srs_api.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace geo;

namespace {

const std::string kRelief = std::string{SARHAD_SOURCE_DIR} + "/data/relief/etopo5_window.tif";

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sarhad-raster-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    std::string write(const char* name, const std::string& text) const {
        std::ofstream{path_ / name, std::ios::binary} << text;
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

ErrorCode refusal(const std::string& path) {
    try {
        Raster{path};
    } catch (const Error& error) {
        return error.code;
    }
    ADD_FAILURE() << "opened " << path;
    return ErrorCode::internal;
}

Point from_utm_42n(Point p) {
    return Transformer{"EPSG:32642", "OGC:CRS84"}.apply(p);
}

// A projected raster of 50 m cells, south-west corner 500 000, 3 000 000, with -9999 for no data.
void write_utm_42n(const std::string& path, int side, std::vector<float> values) {
    GDALRegister_GTiff();
    GDALDatasetH file = GDALCreate(GDALGetDriverByName("GTiff"), path.c_str(), side, side, 1, GDT_Float32, nullptr);
    double place[6] = {500'000, 50, 0, 3'000'000 + 50.0 * side, 0, -50};
    GDALSetGeoTransform(file, place);
    OGRSpatialReferenceH crs = OSRNewSpatialReference(nullptr);
    OSRImportFromEPSG(crs, 32642);
    GDALSetSpatialRef(file, crs);
    OSRDestroySpatialReference(crs);
    GDALSetRasterNoDataValue(GDALGetRasterBand(file, 1), -9999);
    EXPECT_EQ(GDALRasterIO(GDALGetRasterBand(file, 1), GF_Write, 0, 0, side, side, values.data(), side, side,
                           GDT_Float32, 0, 0),
              CE_None);
    GDALClose(file);
}

HeightGrid plane(int size, double rise_east, double rise_north) {
    HeightGrid grid;
    grid.size = size;
    for (int row = 0; row < size; ++row) {
        for (int column = 0; column < size; ++column) {
            grid.heights_m.push_back(static_cast<float>(1000 + rise_east * column - rise_north * row));
        }
    }
    return grid;
}

} // namespace

TEST(Raster, SaysWhereItLies) {
    if (!std::filesystem::exists(kRelief)) GTEST_SKIP() << "the relief is not there";
    const Raster raster{kRelief};
    const Box box = raster.lon_lat_box();
    EXPECT_NEAR(box.min_x, 58.95888, 1e-4);
    EXPECT_NEAR(box.max_y, 39.04167, 1e-4);
    EXPECT_TRUE(raster.covers(tile_at({70, 30}, 8)));
    EXPECT_FALSE(raster.covers(tile_at({10, 50}, 8)));
}

// Against the file's own cells: where a tile's pixels are much smaller than a cell, heights between are interpolated
// through them.
TEST(Raster, HeightsAreThoseOfTheCells) {
    if (!std::filesystem::exists(kRelief)) GTEST_SKIP() << "the relief is not there";
    const Raster raster{kRelief};
    const wrap::RasterFile file{kRelief};
    const auto cells = file.read(0, 0, file.width(), file.height(), file.width(), file.height());
    for (int row = 20; row < file.height() - 20; row += 37) {
        for (int column = 20; column < file.width() - 20; column += 41) {
            const auto& t = file.pixel_to_map();
            const Point centre{t[0] + t[1] * (column + 0.5), t[3] + t[5] * (row + 0.5)};
            const TileId tile = tile_at(centre, 12);
            const Box box = tile_lon_lat_box(tile);
            const HeightGrid grid = raster.heights(tile);
            const int x = std::clamp(static_cast<int>((centre.x - box.min_x) / (box.max_x - box.min_x) * 256), 0, 255);
            const int y = std::clamp(static_cast<int>((box.max_y - centre.y) / (box.max_y - box.min_y) * 256), 0, 255);
            const float cell = cells[static_cast<std::size_t>(row * file.width() + column)];
            ASSERT_NEAR(grid.at(x, y), cell, 1 + 0.02 * std::abs(cell));
        }
    }
}

TEST(Raster, NeighbouringTilesMeetWithoutASeam) {
    if (!std::filesystem::exists(kRelief)) GTEST_SKIP() << "the relief is not there";
    const Raster raster{kRelief};
    const TileId tile = tile_at({71, 34}, 9);
    const HeightGrid left = raster.heights(tile, 1), right = raster.heights({tile.z, tile.x + 1, tile.y}, 1);
    for (int row = 0; row < left.size; ++row) { // the margin of one is the pixels of the other
        ASSERT_NEAR(left.at(left.size - 1, row), right.at(1, row), 0.01);
        ASSERT_NEAR(left.at(left.size - 2, row), right.at(0, row), 0.01);
    }
}

TEST(Raster, OutsideThereIsNoHeightAndThePictureIsStillOne) {
    if (!std::filesystem::exists(kRelief)) GTEST_SKIP() << "the relief is not there";
    const Raster raster{kRelief};
    EXPECT_TRUE(raster.heights(tile_at({10, 50}, 8)).empty());
    for (const TileId tile :
         {TileId{0, 0, 0}, tile_at({10, 50}, 8), tile_at({70, 30}, 22), tile_at({58.95888, 30}, 10)}) {
        EXPECT_EQ(raster.hillshade_png(tile).substr(0, 8), "\x89PNG\r\n\x1a\n");
        EXPECT_EQ(raster.terrain_rgb_png(tile).substr(0, 8), "\x89PNG\r\n\x1a\n");
    }
}

TEST(Raster, AGapInTheFileIsAGapInTheTile) {
    TemporaryFolder folder;
    const std::string path = folder.write("gap.tif", "");
    constexpr int kSide = 64;
    std::vector<float> values;
    for (int i = 0; i < kSide * kSide; ++i)
        values.push_back(i < kSide * kSide / 2 ? -9999.0f : 500.0f); // the south half
    write_utm_42n(path, kSide, values);
    const Raster raster{path};
    EXPECT_EQ(raster.heights(tile_at(from_utm_42n({500'500, 3'000'950}), 14)).at(128, 128), 500); // south of the middle
    const HeightGrid north = raster.heights(tile_at(from_utm_42n({502'000, 3'002'500}), 16));
    EXPECT_TRUE(north.empty());
    const HeightGrid middle = raster.heights(tile_at(from_utm_42n({501'600, 3'001'600}), 14));
    int heights = 0;
    for (const float h : middle.heights_m) {
        if (std::isnan(h)) continue;
        EXPECT_EQ(h, 500);
        ++heights;
    }
    EXPECT_GT(heights, 1000);
    EXPECT_LT(heights, 256 * 256 - 1000);
}

TEST(Raster, OnlyPlainFilesOfTheNamedFormatsOpen) {
    TemporaryFolder folder;
    EXPECT_EQ(refusal("/nowhere/x.tif"), ErrorCode::not_found);
    EXPECT_EQ(refusal("/vsicurl/http://127.0.0.1/x.tif"), ErrorCode::not_found);
    EXPECT_EQ(refusal("http://127.0.0.1/x.tif"), ErrorCode::not_found);
    EXPECT_EQ(refusal("GTIFF_DIR:1:" + kRelief), ErrorCode::not_found);
    EXPECT_EQ(refusal(folder.write("x.tif", "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"></VRTDataset>")),
              ErrorCode::unsupported_format);
    EXPECT_EQ(refusal(folder.write("y.tif", "not a raster")), ErrorCode::unsupported_format);
    EXPECT_EQ(refusal(folder.write("empty.tif", "")), ErrorCode::unsupported_format);
}

TEST(Raster, ATruncatedFileIsAnErrorNotACrash) {
    if (!std::filesystem::exists(kRelief)) GTEST_SKIP() << "the relief is not there";
    TemporaryFolder folder;
    std::stringstream bytes;
    bytes << std::ifstream{kRelief, std::ios::binary}.rdbuf();
    const std::string whole = bytes.str();
    for (std::size_t length = 8; length < whole.size(); length += 997) {
        const std::string path = folder.write("cut.tif", whole.substr(0, length));
        try {
            Raster{path}.hillshade_png(tile_at({70, 30}, 5));
        } catch (const Error&) {}
    }
}

// Horn's slope of a plane is the plane's own; light from 315°, 45° high: cos of the angle between normal and light.
TEST(Raster, HillshadeOfAPlaneIsLambertsLaw) {
    for (const auto& [east, north] :
         {std::pair{0.0, 0.0}, std::pair{1.0, 0.0}, std::pair{0.0, 1.0}, std::pair{-2.0, 0.5}, std::pair{1.0, -1.0}}) {
        const auto pixels = hillshade(plane(5, east * 30, north * 30), 30, 1);
        ASSERT_EQ(pixels.size(), 3u * 3 * 2);
        const double s = std::sqrt(0.5);
        const double normal = std::sqrt(1 + east * east + north * north);
        // the light comes from (-1/2, 1/2, sqrt 1/2): west, north, up
        const double light = std::max(0.0, (0.5 * east - 0.5 * north + s) / normal);
        EXPECT_NEAR(pixels[0], 255 * light, 1);
        EXPECT_EQ(pixels[1], 255);
    }
}

TEST(Raster, HillshadeIsTransparentWhereThereIsNoHeight) {
    HeightGrid grid = plane(5, 0, 0);
    grid.heights_m[12] = std::nanf("");
    const auto pixels = hillshade(grid, 30, 1);
    EXPECT_EQ(pixels[2 * 4 + 1], 0);   // the middle
    EXPECT_EQ(pixels[2 * 3 + 1], 255); // beside it
    EXPECT_NEAR(pixels[2 * 3], 255 * std::sqrt(0.5), 1);
}

TEST(Raster, PngsAreReadBackByAnotherReader) {
    if (!std::filesystem::exists(kRelief)) GTEST_SKIP() << "the relief is not there";
    const std::string png = Raster{kRelief}.terrain_rgb_png(tile_at({70, 30}, 7));
    // IHDR: 256 x 256, 8 bits, colour type 2 (RGB)
    EXPECT_EQ(png.substr(12, 4), "IHDR");
    EXPECT_EQ(png.substr(16, 10), std::string("\0\0\1\0\0\0\1\0\x08\x02", 10));
    EXPECT_THROW(wrap::encode_png(2, 2, 1, {}), Error);
}
