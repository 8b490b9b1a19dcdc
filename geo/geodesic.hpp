// Lengths, azimuths and areas on the WGS 84 ellipsoid (Karney 2013, through GeographicLib). Metres and degrees.
#pragma once

#include "geo/geometry.hpp"

namespace geo {

struct Inverse {
    double distance_m = 0;
    double azimuth_deg = 0;    // at `from`, clockwise from north, (-180, 180]
    double azimuth_to_deg = 0; // at `to`
};
Inverse inverse(Point from, Point to);
Point direct(Point from, double azimuth_deg, double distance_m);
double length_m(const Geometry& lines); // of lines, or of rings of polygons
double area_m2(const Geometry& polygons);

} // namespace geo
