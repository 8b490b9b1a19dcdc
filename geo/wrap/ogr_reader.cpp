#include "geo/wrap/ogr_reader.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctime>
#include <gdal_priv.h>
#include <limits>
#include <ogrsf_frmts.h>
#include <sys/stat.h>
#include <unistd.h>

namespace geo::wrap {
namespace {

constexpr const char* kPrefix = "/vsifd/";

// ---- the handed descriptor as GDAL's file system: one file under any name, no folder beside it ----

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

// ---- errors ----

void quiet(CPLErr level, CPLErrorNum number, const char*) {
    if (level == CE_Fatal) _exit(number == CPLE_OutOfMemory ? kOutOfMemoryExit : 1);
}

std::string last_problem() {
    std::string text{CPLGetLastErrorMsg()};
    for (auto at = text.find(kPrefix); at != std::string::npos; at = text.find(kPrefix)) text.erase(at, 7);
    if (text.size() > 200) text.resize(200);
    return text;
}

[[noreturn]] void fail_unreadable(const std::string& what) {
    const auto reason = last_problem();
    throw Error{ErrorCode::unreadable_file, reason.empty() ? what : what + " (" + reason + ")"};
}

const char* driver_name(OgrDriver driver) {
    switch (driver) {
    case OgrDriver::geopackage:
        return "GPKG";
    case OgrDriver::shapefile:
        return "ESRI Shapefile";
    case OgrDriver::flatgeobuf:
        return "FlatGeobuf";
    case OgrDriver::gpx:
        return "GPX";
    case OgrDriver::kml:
        return "LIBKML";
    }
    return "";
}

// ---- geometry ----

void add_points(const OGRSimpleCurve& line, Geometry& out) {
    for (int i = 0; i < line.getNumPoints(); ++i) out.points.push_back({line.getX(i), line.getY(i)});
    out.part_ends.push_back(static_cast<std::uint32_t>(out.points.size()));
}

void add_polygon(const OGRPolygon& polygon, Geometry& out) {
    for (const auto* ring : polygon) add_points(*ring, out);
    out.polygon_ends.push_back(static_cast<std::uint32_t>(out.part_ends.size()));
}

Geometry to_geometry(const OGRGeometry& from, int depth) {
    if (depth > 32) throw Error{ErrorCode::invalid_geometry, "collections nested deeper than 32"};
    Geometry out;
    switch (wkbFlatten(from.getGeometryType())) {
    case wkbPoint: {
        const auto& p = *from.toPoint();
        if (p.IsEmpty()) return out;
        return make_point(p.getX(), p.getY());
    }
    case wkbLineString:
        out.type = GeometryType::line_string;
        add_points(*from.toLineString(), out);
        break;
    case wkbPolygon:
        out.type = GeometryType::polygon;
        add_polygon(*from.toPolygon(), out);
        break;
    case wkbMultiPoint:
        out.type = GeometryType::multi_point;
        for (const auto* p : *from.toMultiPoint()) {
            if (!p->IsEmpty()) out.points.push_back({p->getX(), p->getY()});
        }
        break;
    case wkbMultiLineString:
        out.type = GeometryType::multi_line_string;
        for (const auto* line : *from.toMultiLineString()) add_points(*line, out);
        break;
    case wkbMultiPolygon:
        out.type = GeometryType::multi_polygon;
        for (const auto* polygon : *from.toMultiPolygon()) add_polygon(*polygon, out);
        break;
    case wkbGeometryCollection:
        out.type = GeometryType::collection;
        for (const auto* member : *from.toGeometryCollection()) {
            out.members.push_back(to_geometry(*member, depth + 1));
        }
        break;
    default: { // curves, TIN, polyhedral surfaces
        if (!from.hasCurveGeometry()) throw Error{ErrorCode::invalid_geometry, "a kind of shape that is not supported"};
        const std::unique_ptr<OGRGeometry> linear{from.getLinearGeometry()};
        if (!linear) throw Error{ErrorCode::invalid_geometry, "a curve that can't be made of straight lines"};
        return to_geometry(*linear, depth + 1);
    }
    }
    return out.empty() ? Geometry{} : out;
}

const char* geometry_kind(OGRwkbGeometryType type) {
    switch (OGR_GT_GetLinear(wkbFlatten(type))) {
    case wkbPoint:
    case wkbMultiPoint:
        return "point";
    case wkbLineString:
    case wkbMultiLineString:
        return "line";
    case wkbPolygon:
    case wkbMultiPolygon:
        return "polygon";
    case wkbNone:
        return "none";
    default:
        return "any";
    }
}

// ---- attributes ----

const char* field_type(const OGRFieldDefn& field) {
    switch (field.GetType()) {
    case OFTInteger:
        return field.GetSubType() == OFSTBoolean ? "boolean" : "integer";
    case OFTInteger64:
        return "integer";
    case OFTReal:
        return "number";
    case OFTDate:
    case OFTDateTime:
        return "instant";
    case OFTStringList:
    case OFTIntegerList:
    case OFTInteger64List:
    case OFTRealList:
        return "text_list";
    default:
        return field.GetSubType() == OFSTJSON ? "json" : "text";
    }
}

// A time with a known zone is an instant; one without stays the text it was, so that its zone is asked for, not made
// up.
Value instant_or_text(const OGRFeature& feature, int field) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, zone = 0;
    float second = 0;
    if (!feature.GetFieldAsDateTime(field, &year, &month, &day, &hour, &minute, &second, &zone)) return Null{};
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                              std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::string{feature.GetFieldAsString(field)};
    const bool date_only = feature.GetFieldDefnRef(field)->GetType() == OFTDate;
    if (!date_only && zone <= 1) { // 0 unknown, 1 "local"
        std::array<char, 96> text{};
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%06.3f", year, month, day, hour, minute,
                      static_cast<double>(second));
        return std::string{text.data()};
    }
    const auto since = sys_days{date}.time_since_epoch();
    const std::int64_t day_s = duration_cast<seconds>(since).count();
    const std::int64_t zone_s = date_only ? 0 : (zone - 100) * 900; // 100 = UTC, steps of 15 minutes
    const auto second_us = static_cast<std::int64_t>(std::llround(static_cast<double>(second) * 1000.0)) * 1000;
    return Instant{(day_s + hour * 3600 + minute * 60 - zone_s) * 1000000 + second_us};
}

Value to_value(const OGRFeature& feature, int field) {
    if (!feature.IsFieldSetAndNotNull(field)) return Null{};
    const auto& definition = *feature.GetFieldDefnRef(field);
    switch (definition.GetType()) {
    case OFTInteger:
        if (definition.GetSubType() == OFSTBoolean) return feature.GetFieldAsInteger(field) != 0;
        return static_cast<std::int64_t>(feature.GetFieldAsInteger(field));
    case OFTInteger64:
        return static_cast<std::int64_t>(feature.GetFieldAsInteger64(field));
    case OFTReal:
        return feature.GetFieldAsDouble(field);
    case OFTDate:
    case OFTDateTime:
        return instant_or_text(feature, field);
    case OFTStringList:
    case OFTIntegerList:
    case OFTInteger64List:
    case OFTRealList: {
        TextList list;
        if (definition.GetType() == OFTStringList) {
            for (char** s = feature.GetFieldAsStringList(field); s != nullptr && *s != nullptr; ++s)
                list.emplace_back(*s);
            return list;
        }
        int count = 0;
        if (definition.GetType() == OFTRealList) {
            const double* values = feature.GetFieldAsDoubleList(field, &count);
            for (int i = 0; i < count; ++i) list.emplace_back(CPLSPrintf("%.15g", values[i]));
        } else if (definition.GetType() == OFTIntegerList) {
            const int* values = feature.GetFieldAsIntegerList(field, &count);
            for (int i = 0; i < count; ++i) list.push_back(std::to_string(values[i]));
        } else {
            const GIntBig* values = feature.GetFieldAsInteger64List(field, &count);
            for (int i = 0; i < count; ++i) list.push_back(std::to_string(values[i]));
        }
        return list;
    }
    case OFTBinary:
        return Null{}; // attachments do not come in with rows
    default:
        if (definition.GetSubType() == OFSTJSON) return Json{feature.GetFieldAsString(field)};
        return std::string{feature.GetFieldAsString(field)};
    }
}

std::string crs_text(const OGRSpatialReference* reference) {
    if (reference == nullptr) return {};
    const char* authority = reference->GetAuthorityName(nullptr);
    const char* code = reference->GetAuthorityCode(nullptr);
    if (authority != nullptr && code != nullptr) return std::string{authority} + ":" + code;
    char* wkt = nullptr;
    const char* const options[] = {"FORMAT=WKT2_2019", nullptr};
    const bool done = reference->exportToWkt(&wkt, options) == OGRERR_NONE && wkt != nullptr;
    std::string text{done ? wkt : ""};
    CPLFree(wkt);
    return text;
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

struct OgrReader::Impl {
    GDALDatasetUniquePtr dataset;
    OGRLayer* layer = nullptr;
    std::int64_t read = 0;
    std::int64_t declared = -1;
};

OgrReader::OgrReader(const std::string& path, OgrDriver driver) : impl_{std::make_unique<Impl>()} {
    const char* const drivers[] = {driver_name(driver), nullptr};
    // Only what gpkg_contents registers: GDAL would otherwise list every table and view of the database.
    const char* const gpkg_options[] = {"LIST_ALL_TABLES=NO", nullptr};
    CPLErrorReset();
    impl_->dataset.reset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_INTERNAL, drivers,
                                           driver == OgrDriver::geopackage ? gpkg_options : nullptr, nullptr));
    if (!impl_->dataset) fail_unreadable("the file can't be read");
    const auto* got = impl_->dataset->GetDriver();
    if (got == nullptr || std::string_view{got->GetDescription()} != driver_name(driver)) {
        throw Error{ErrorCode::unsupported_format, "another reader than the format's own took the file"};
    }
}

OgrReader::~OgrReader() = default;
OgrReader::OgrReader(OgrReader&&) noexcept = default;
OgrReader& OgrReader::operator=(OgrReader&&) noexcept = default;

std::vector<std::string> OgrReader::layers() const {
    std::vector<std::string> names;
    for (int i = 0; i < impl_->dataset->GetLayerCount(); ++i) {
        names.emplace_back(impl_->dataset->GetLayer(i)->GetName());
    }
    return names;
}

OgrLayerInfo OgrReader::select(const std::string& name) {
    impl_->layer = nullptr;
    for (int i = 0; i < impl_->dataset->GetLayerCount() && impl_->layer == nullptr; ++i) {
        auto* layer = impl_->dataset->GetLayer(i);
        if (name == layer->GetName()) impl_->layer = layer;
    }
    if (impl_->layer == nullptr)
        throw Error{ErrorCode::invalid_input, "the file has no layer \"" + name + "\"", "source_layer"};
    OgrLayerInfo info;
    info.name = name;
    info.crs = crs_text(impl_->layer->GetSpatialRef());
    auto& definition = *impl_->layer->GetLayerDefn();
    info.geometry = geometry_kind(definition.GetGeomType());
    for (int i = 0; i < definition.GetFieldCount(); ++i) {
        const auto& field = *definition.GetFieldDefn(i);
        info.fields.push_back({field.GetNameRef(), field_type(field)});
    }
    impl_->declared = impl_->layer->GetFeatureCount(FALSE);
    if (impl_->declared >= 0) info.feature_count = impl_->declared;
    rewind();
    return info;
}

void OgrReader::rewind() {
    impl_->layer->ResetReading();
    impl_->read = 0;
}

std::optional<OgrReader::Row> OgrReader::next() {
    CPLErrorReset();
    const OGRFeatureUniquePtr feature{impl_->layer->GetNextFeature()};
    const bool failed = CPLGetLastErrorType() >= CE_Failure;
    const auto row_number = impl_->read + 1;
    if (!feature) {
        if (failed) fail_unreadable("the file breaks off or is damaged after feature " + std::to_string(impl_->read));
        if (impl_->read < impl_->declared) {
            throw Error{ErrorCode::unreadable_file, "the file says it holds " + std::to_string(impl_->declared) +
                                                        " features, only " + std::to_string(impl_->read) +
                                                        " are there"};
        }
        return std::nullopt;
    }
    ++impl_->read;
    Row row;
    row.feature.line = row_number;
    if (failed) row.problem = last_problem();
    const auto* shape = feature->GetGeometryRef();
    try {
        if (shape != nullptr) {
            row.feature.geometry = to_geometry(*shape, 0);
            if (row.feature.geometry.type == GeometryType::none && wkbFlatten(shape->getGeometryType()) == wkbPoint) {
                row.problem = "a coordinate that is no number"; // GDAL turns NaN into an empty point
            }
        }
    } catch (const Error& error) {
        row.problem = error.what();
    }
    const int count = feature->GetFieldCount();
    row.feature.fields.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        auto value = to_value(*feature, i);
        if (!is_null(value))
            row.feature.fields.emplace_back(feature->GetFieldDefnRef(i)->GetNameRef(), std::move(value));
    }
    return row;
}

} // namespace geo::wrap
