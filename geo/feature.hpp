// A shape with named values as a reader found it: no schema yet. normalise turns it into a row of a layer.
#pragma once

#include "geo/geometry.hpp"
#include "geo/value.hpp"

#include <string>
#include <utility>
#include <vector>

namespace geo {

struct RawFeature {
    std::int64_t line = 0; // 1-based line of a text file, or feature number; for the report by row
    Geometry geometry;     // in the file's CRS; type none where the row has none
    std::vector<std::pair<std::string, Value>> fields; // in the file's order
};

} // namespace geo
