// GDAL's set-up in the reading child, and its file system there: one file, the handed descriptor, under any name.
#include "geo/wrap/ogr_reader.hpp"

#include <array>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <ctime>
#include <memory>
#include <ogrsf_frmts.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace geo::wrap {
namespace {

constexpr const char* kPrefix = "/vsifd/";

int the_descriptor = -1; // of the child; set once by prepare_ogr

struct FdFile {
    std::int64_t position = 0;
    bool at_end = false;
};

std::int64_t fd_size() {
    struct stat info {};
    return fstat(the_descriptor, &info) == 0 ? static_cast<std::int64_t>(info.st_size) : 0;
}

int fd_stat(void*, const char* name, VSIStatBufL* out, int) {
    // GDAL asks for "-wal", "-journal" and side files: they do not exist, only names with one plain part do.
    const std::string_view rest{name};
    if (rest.find('/') != std::string_view::npos || !rest.starts_with("input.") || rest.find('-') != rest.npos)
        return -1;
    *out = {};
    out->st_size = fd_size();
    out->st_mode = S_IFREG | 0400;
    return 0;
}

void* fd_open(void* user, const char* name, const char* access) {
    VSIStatBufL info;
    if (fd_stat(user, name, &info, 0) != 0 || std::string_view{access}.find_first_of("wa+") != std::string_view::npos) {
        return nullptr;
    }
    return new FdFile;
}

vsi_l_offset fd_tell(void* file) {
    return static_cast<vsi_l_offset>(static_cast<FdFile*>(file)->position);
}

int fd_seek(void* file, vsi_l_offset offset, int whence) {
    auto& f = *static_cast<FdFile*>(file);
    const auto base = whence == SEEK_CUR ? f.position : whence == SEEK_END ? fd_size() : 0;
    f.position = base + static_cast<std::int64_t>(offset);
    f.at_end = false;
    return f.position < 0 ? -1 : 0;
}

std::size_t fd_read(void* file, void* buffer, std::size_t size, std::size_t count) {
    auto& f = *static_cast<FdFile*>(file);
    if (size == 0 || count == 0) return 0;
    const std::size_t wanted = size * count;
    std::size_t got = 0;
    while (got < wanted) {
        const auto n = pread(the_descriptor, static_cast<char*>(buffer) + got, wanted - got, f.position);
        if (n <= 0) break;
        got += static_cast<std::size_t>(n);
        f.position += n;
    }
    if (got < wanted) f.at_end = true;
    return got / size;
}

int fd_eof(void* file) {
    return static_cast<FdFile*>(file)->at_end ? 1 : 0;
}

int fd_close(void* file) {
    delete static_cast<FdFile*>(file);
    return 0;
}

void install_descriptor(int descriptor) {
    the_descriptor = descriptor;
    auto* callbacks = VSIAllocFilesystemPluginCallbacksStruct();
    callbacks->stat = fd_stat;
    callbacks->open = fd_open;
    callbacks->tell = fd_tell;
    callbacks->seek = fd_seek;
    callbacks->read = fd_read;
    callbacks->eof = fd_eof;
    callbacks->close = fd_close;
    VSIInstallPluginHandler(kPrefix, callbacks);
    VSIFreeFilesystemPluginCallbacksStruct(callbacks);
}

void quiet(CPLErr level, CPLErrorNum number, const char*) {
    if (level == CE_Fatal) _exit(number == CPLE_OutOfMemory ? kOutOfMemoryExit : 1);
}

} // namespace

void prepare_ogr(int descriptor) {
    static constexpr std::array<std::array<const char*, 2>, 10> kSettings{{
        {"GDAL_NUM_THREADS", "1"},
        {"GDAL_DRIVER_PATH", "disable"},
        {"GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"},
        {"GDAL_HTTP_TIMEOUT", "1"},
        {"OGR_SQLITE_PRAGMA", "temp_store=MEMORY,trusted_schema=0"},
        {"OGR_GPKG_FOREIGN_KEY_CHECK", "NO"},
        {"LIBKML_READ_GROUND_OVERLAY", "NO"},
        {"LIBKML_RESOLVE_STYLE", "NO"},
        {"OGR_ENABLE_PARTIAL_REPROJECTION", "NO"},
        {"CPL_VSIL_ZIP_ALLOWED_EXTENSIONS", ".zip"},
    }};
    for (const auto& [key, value] : kSettings) CPLSetConfigOption(key, value);
    CPLSetErrorHandler(quiet);
    RegisterOGRShape();
    RegisterOGRGeoPackage();
    RegisterOGRFlatGeobuf();
    RegisterOGRGPX();
    RegisterOGRLIBKML();
    install_descriptor(descriptor);

    OGRSpatialReference warm; // PROJ opens its database here and keeps it open
    warm.importFromEPSG(32642);
    char* wkt = nullptr;
    warm.exportToWkt(&wkt);
    CPLFree(wkt);
    tzset(); // reads /etc/localtime once
    CPLErrorReset();
}

std::string read_start(const std::string& path, std::size_t most) {
    const std::unique_ptr<VSILFILE, int (*)(VSILFILE*)> file{VSIFOpenL(path.c_str(), "rb"), VSIFCloseL};
    if (!file) return {};
    std::string out(most, '\0');
    out.resize(VSIFReadL(out.data(), 1, most, file.get()));
    return out;
}

} // namespace geo::wrap
