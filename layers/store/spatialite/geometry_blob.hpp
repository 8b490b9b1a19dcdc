// SpatiaLite's internal BLOB geometry (gaia-gis.it, "SpatiaLite BLOB-Geometry format"): 0x00, byte order, SRID, box,
// 0x7C, the WKB-like body, 0xFE. Written by hand because a row costs a microsecond this way and no thread needs a
// SpatiaLite connection of its own. Always little-endian, SRID 4326, two dimensions.
//
// A collection inside a collection has no place in that format; it is kept in the same manner all the same: we read it
// back, other programs see no shape in such a row.
#pragma once

#include "geo/geometry.hpp"

#include <string>
#include <string_view>

namespace layers::store {

inline constexpr int kSrid = 4326;

std::string to_blob(const geo::Geometry& geometry, const geo::Box& box); // no bytes for an empty shape
// Error{storage_failed} when the bytes are damaged; no bytes are a geometry of type none.
geo::Geometry from_blob(std::string_view blob);

} // namespace layers::store
