// A geometry written as GeoJSON (RFC 7946) inside a CQL2 JSON filter. Features are read elsewhere.
#pragma once

#include "geo/geometry.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace layers::query {

struct GeojsonLiteral {
    geo::Geometry geometry;
    std::string fault; // empty when it could be read
};
// Ordinates behind the second are dropped. Never throws; `j` is an object.
GeojsonLiteral read_geojson_literal(const nlohmann::json& j);

} // namespace layers::query
