// Coordinate reference systems: from whatever a file says to lon,lat WGS 84, axis order right.
#pragma once

#include "geo/geometry.hpp"

#include <memory>
#include <string>

namespace geo {

// Owns a PROJ context: one thread each.
class Transformer {
public:
    // `from` and `to`: anything PROJ knows ("EPSG:32642", "OGC:CRS84", WKT, PROJJSON), never a file name or address.
    // Input and output are x,y in the traditional GIS order (lon,lat / easting,northing) whatever the authority says.
    // Error{invalid_input} when PROJ doesn't know it.
    Transformer(const std::string& from, const std::string& to);
    ~Transformer();
    Transformer(Transformer&&) noexcept;
    Transformer& operator=(Transformer&&) noexcept;
    bool identity() const;
    Point apply(Point p) const; // Error{invalid_geometry} when it has no image
    void apply(Geometry& geometry) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The area of use of a CRS in lon,lat; the whole world when unknown.
Box area_of_use(const std::string& crs);

// "http://www.opengis.net/def/crs/EPSG/0/32642" or "[EPSG:32642]" -> "EPSG:32642"; Error{invalid_input} for anything
// else.
std::string crs_from_uri(const std::string& uri);
std::string crs_to_uri(const std::string& code);
bool axis_order_is_lat_lon(const std::string& crs); // as the authority defines it: how crs= answers must be written

} // namespace geo
