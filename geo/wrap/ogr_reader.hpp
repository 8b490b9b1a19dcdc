// Vector files through GDAL/OGR, read-only, from an already open descriptor: nothing is ever opened by name. Meant for
// the confined child; knows no layer. One thread for everything in this header (GDAL's state is per thread here).
#pragma once

#include "geo/feature.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace geo::wrap {

enum class OgrDriver { geopackage, shapefile, flatgeobuf, gpx, kml };

// Registers the drivers above and no other, and lets PROJ open its database: call it before confine(), since nothing
// can be opened afterwards. `descriptor` is the file that "/vsifd/NAME" will read, whatever NAME is.
void prepare_ogr(int descriptor);

// The process ends with this code when GDAL runs out of memory (it gives no way to go on).
inline constexpr int kOutOfMemoryExit = 12;

// Up to `most` bytes from the start of a /vsifd/ or /vsizip/ name; empty when it can't be read.
std::string read_start(const std::string& path, std::size_t most);

struct OgrField {
    std::string name;
    std::string type; // as in ingest::SourceField
};

struct OgrLayerInfo {
    std::string name;
    std::string crs;      // "EPSG:32642", a WKT2 text, or empty
    std::string geometry; // "point", "line", "polygon", "any", "none"
    std::optional<std::int64_t> feature_count;
    std::vector<OgrField> fields;
};

class OgrReader {
public:
    // `path`: a /vsifd/ or /vsizip/{/vsifd/...} name. Error{unreadable_file} when the driver does not take it.
    OgrReader(const std::string& path, OgrDriver driver);
    ~OgrReader();
    OgrReader(OgrReader&&) noexcept;
    OgrReader& operator=(OgrReader&&) noexcept;

    std::vector<std::string> layers() const;
    // Error{invalid_input} when there is none of that name.
    OgrLayerInfo select(const std::string& layer);
    // The selected layer from its start.
    void rewind();

    struct Row {
        RawFeature feature;  // line counts features from 1
        std::string problem; // not empty: the row could not be read whole, this is why
    };
    // The next row, nothing at the end. Error{unreadable_file} when the file breaks off or is damaged.
    std::optional<Row> next();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// A GeoPackage is a program as much as a file: views and triggers run when it is read. Opens the descriptor before
// confine(), looks at its schema after; touches no table.
class GeoPackageInspector {
public:
    explicit GeoPackageInspector(int descriptor);
    ~GeoPackageInspector();
    GeoPackageInspector(GeoPackageInspector&&) noexcept;
    GeoPackageInspector& operator=(GeoPackageInspector&&) noexcept;

    // Error{invalid_input} for a view that is more than columns of one table, a view in the place of one of the
    // standard's tables, a trigger that the standard does not name, a virtual table other than R-tree and full-text
    // search. Error{unreadable_file} when it is no SQLite database.
    void check() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace geo::wrap
