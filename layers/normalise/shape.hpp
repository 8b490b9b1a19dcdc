// A raw shape as the layer wants it: axes, reference system, kind, validity. Private to this room.
#pragma once

#include "geo/crs.hpp"
#include "geo/geometry.hpp"
#include "layers/model/layer.hpp"

#include <optional>
#include <string>

namespace layers::normalise {

struct ShapeOptions {
    bool swap_axes = false;
    GeometryKind kind = GeometryKind::any;
};

struct Shape {
    geo::Geometry geometry;
    std::optional<std::string> repaired; // what was changed, in words
};

// Error{invalid_geometry} with the reason: off the earth, another kind, beyond repair.
Shape make_shape(const geo::Geometry& raw, const geo::Transformer& to_lon_lat, const ShapeOptions& options);

// One point that stands for the shape where a row needs a single place: half-way along a line, the middle of an area's
// box. Nothing for no shape.
std::optional<geo::Point> place_of(const geo::Geometry& geometry);

} // namespace layers::normalise
