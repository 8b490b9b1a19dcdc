// GEOS behind plain functions. A context per thread is made on first use; all functions are thread-safe.
// Every one throws Error{invalid_geometry} where GEOS reports an exception: rings that don't close, coordinates that
// are no numbers, a topology it can't resolve.
#pragma once

#include "geo/geometry.hpp"

#include <optional>
#include <string>

namespace geo {
enum class Predicate;
}

namespace geo::wrap {

// Remembers, per thread, the last shapes that came twice and prepares them: one filter shape against a million rows
// costs what it should.
bool geos_holds(Predicate predicate, const Geometry& a, const Geometry& b);

std::optional<std::string>
geos_invalid_reason(const Geometry& geometry);      // with the place: "Self-intersection at (1 1)"
Geometry geos_make_valid(const Geometry& geometry); // structure method; may be of any type
Geometry geos_intersection(const Geometry& a, const Geometry& b);
Geometry geos_union(const Geometry& geometry); // of all its members

} // namespace geo::wrap
