// Military grid references (NGA.STND.0037), through GeographicLib.
#pragma once

#include "geo/geometry.hpp"

#include <string>
#include <string_view>

namespace geo {

struct MgrsPosition {
    Point lon_lat;      // centre of the square
    double precision_m; // side of the square: 1, 10, 100, …
};
std::string to_mgrs(Point lon_lat, int digits = 5); // digits of easting and northing, 0..5; spaced "42S VC 12345 67890"
MgrsPosition from_mgrs(std::string_view text);      // with or without spaces; Error{invalid_geometry}

} // namespace geo
