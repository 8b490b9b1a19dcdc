// Geometry operations: predicates and repair by GEOS, clipping and simplification by hand where tiles need speed.
#pragma once

#include "geo/geometry.hpp"
#include "geo/tile.hpp"

#include <optional>
#include <string>
#include <vector>

namespace geo {

enum class Predicate { intersects, equals, disjoint, touches, within, overlaps, crosses, contains };

// OGC simple features predicates in the plane of the coordinates. Thread-safe (a GEOS context per thread).
// Error{invalid_geometry} when GEOS can't.
bool holds(Predicate predicate, const Geometry& a, const Geometry& b);

// Why a geometry is not valid (OGC 06-103r4), with the place; nothing when it is.
std::optional<std::string> invalid_reason(const Geometry& geometry);

// A valid geometry covering the same area (GEOS MakeValid, structure method); rings turned to RFC 7946 order.
// Parts of a lower dimension than the input are dropped.
Geometry make_valid(const Geometry& geometry);

// Closes nothing, invents nothing: turns outer rings counter-clockwise, holes clockwise.
void orient_rings(Geometry& geometry);

// Cuts at lon = ±180 what crosses it (a step of more than 180 degrees between vertices).
Geometry split_at_antimeridian(const Geometry& geometry);

} // namespace geo
