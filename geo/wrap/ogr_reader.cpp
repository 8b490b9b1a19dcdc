#include "geo/wrap/ogr_reader.hpp"

#include "geo/error.hpp"
#include "geo/wrap/ogr_convert.hpp"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal_priv.h>
#include <ogrsf_frmts.h>
#include <string_view>

namespace geo::wrap {
namespace {

std::string last_problem() {
    std::string text{CPLGetLastErrorMsg()};
    constexpr std::string_view kPrefix = "/vsifd/"; // no name that a user gave
    for (auto at = text.find(kPrefix); at != std::string::npos; at = text.find(kPrefix)) text.erase(at, kPrefix.size());
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
    info.geometry = geometry_kind(definition);
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
            row.feature.geometry = to_geometry(*shape);
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
