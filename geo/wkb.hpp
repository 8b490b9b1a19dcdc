// Well-known binary (OGC 06-103r4, little-endian written, both orders read) and well-known text.
#pragma once

#include "geo/geometry.hpp"

#include <string>
#include <string_view>

namespace geo {

std::string to_wkb(const Geometry& geometry); // no bytes for type none
// Empty members of multi-geometries vanish; POINT EMPTY is the point of NaN coordinates.
// Throws Error{invalid_geometry} on truncated, overlong, unknown or over-nested (> 32) input. Z and M (ISO and EWKB)
// are dropped.
Geometry from_wkb(std::string_view bytes);

std::string to_wkt(const Geometry& geometry, int decimals = 7);
// Throws Error{invalid_geometry}, pointer empty, message with the column. Accepts all seven types, EMPTY, and Z/M/ZM.
Geometry from_wkt(std::string_view text);

} // namespace geo
