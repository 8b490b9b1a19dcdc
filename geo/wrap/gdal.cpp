#include "geo/wrap/gdal.hpp"

#include "geo/error.hpp"

#include <atomic>
#include <cmath>
#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <filesystem>
#include <gdal.h>
#include <gdal_frmts.h>
#include <limits>
#include <mutex>

namespace geo::wrap {
namespace {

constexpr const char* kRasterDrivers[] = {"GTiff", "SRTMHGT", "DTED", nullptr};

// GDALAllRegister would also bring formats that read other files or open sockets.
void register_drivers() {
    static std::once_flag once;
    std::call_once(once, [] {
        GDALRegister_GTiff();
        GDALRegister_SRTMHGT();
        GDALRegister_DTED();
        GDALRegister_MEM();
        GDALRegister_PNG();
    });
}

// GDAL writes its complaints to the terminal unless told otherwise; the return values say enough. Per thread.
class Quiet {
public:
    Quiet() { CPLPushErrorHandler(CPLQuietErrorHandler); }
    ~Quiet() { CPLPopErrorHandler(); }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
};

[[noreturn]] void unreadable(const char* why) {
    throw Error{ErrorCode::unreadable_file, why};
}

GDALRasterBandH first_band(void* dataset) {
    return GDALGetRasterBand(dataset, 1);
}

} // namespace

void RasterFile::Close::operator()(void* dataset) const noexcept {
    GDALClose(dataset);
}

RasterFile::RasterFile(const std::string& path) {
    register_drivers();
    const Quiet quiet;
    // Also keeps out every name that GDAL would take for something else: /vsi…, addresses, subdatasets.
    std::error_code fault;
    if (!std::filesystem::is_regular_file(path, fault)) throw Error{ErrorCode::not_found, "no such raster"};
    // An empty list of siblings: neither .aux.xml nor world files nor overviews beside the file are looked for.
    const char* const no_siblings[] = {nullptr};
    dataset_.reset(GDALOpenEx(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, kRasterDrivers, nullptr, no_siblings));
    if (!dataset_) throw Error{ErrorCode::unsupported_format, "not a raster that can be read"};
    width_ = GDALGetRasterXSize(dataset_.get());
    height_ = GDALGetRasterYSize(dataset_.get());
    if (width_ < 1 || height_ < 1 || !first_band(dataset_.get())) unreadable("a raster without pixels");
    const char* wkt = GDALGetProjectionRef(dataset_.get());
    crs_ = wkt ? wkt : "";
    if (crs_.empty() || GDALGetGeoTransform(dataset_.get(), pixel_to_map_.data()) != CE_None ||
        !GDALInvGeoTransform(pixel_to_map_.data(), map_to_pixel_.data())) {
        unreadable("a raster that doesn't say where it lies");
    }
}

std::vector<float> RasterFile::read(int column, int row, int width, int height, int out_width, int out_height) const {
    const Quiet quiet;
    std::vector<float> values(static_cast<std::size_t>(out_width) * static_cast<std::size_t>(out_height));
    const GDALRasterBandH band = first_band(dataset_.get());
    GDALRasterIOExtraArg extra;
    INIT_RASTERIO_EXTRA_ARG(extra);
    if (out_width < width || out_height < height) extra.eResampleAlg = GRIORA_Average;
    if (GDALRasterIOEx(band, GF_Read, column, row, width, height, values.data(), out_width, out_height, GDT_Float32, 0,
                       0, &extra) != CE_None) {
        unreadable("a damaged raster");
    }
    int has_no_data = 0;
    const auto no_data = static_cast<float>(GDALGetRasterNoDataValue(band, &has_no_data));
    const double scale = GDALGetRasterScale(band, nullptr), offset = GDALGetRasterOffset(band, nullptr);
    for (float& value : values) {
        if ((has_no_data && value == no_data) || !std::isfinite(value)) {
            value = std::numeric_limits<float>::quiet_NaN();
        } else if (scale != 1 || offset != 0) {
            value = static_cast<float>(value * scale + offset);
        }
    }
    return values;
}

std::string encode_png(int width, int height, int bands, std::span<const std::uint8_t> pixels) {
    register_drivers();
    const Quiet quiet;
    const auto fail = [] { throw Error{ErrorCode::internal, "no picture could be made"}; };
    if (pixels.size() !=
        static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(bands)) {
        fail();
    }
    struct Close {
        void operator()(void* dataset) const noexcept { GDALClose(dataset); }
    };
    using Dataset = std::unique_ptr<void, Close>;
    const Dataset memory{GDALCreate(GDALGetDriverByName("MEM"), "", width, height, bands, GDT_Byte, nullptr)};
    if (!memory ||
        GDALDatasetRasterIO(memory.get(), GF_Write, 0, 0, width, height, const_cast<std::uint8_t*>(pixels.data()),
                            width, height, GDT_Byte, bands, nullptr, bands, bands * width, 1) != CE_None) {
        fail();
    }
    static std::atomic<std::uint64_t> number{0};
    const std::string name = "/vsimem/sarhad-" + std::to_string(number++) + ".png";
    const char* options[] = {"ZLEVEL=4", nullptr};
    Dataset png{GDALCreateCopy(GDALGetDriverByName("PNG"), name.c_str(), memory.get(), 0, const_cast<char**>(options),
                               nullptr, nullptr)};
    const bool written = png != nullptr;
    png.reset();
    vsi_l_offset size = 0;
    const std::unique_ptr<GByte, void (*)(void*)> bytes{VSIGetMemFileBuffer(name.c_str(), &size, TRUE), VSIFree};
    VSIUnlink((name + ".aux.xml").c_str());
    if (!written || !bytes) fail();
    return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
}

} // namespace geo::wrap
