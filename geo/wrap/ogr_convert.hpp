// GDAL's shapes and attributes as ours. Private to geo/wrap.
#pragma once

#include "geo/feature.hpp"

class OGRFeature;
class OGRFeatureDefn;
class OGRFieldDefn;
class OGRGeometry;

namespace geo::wrap {

// Heights and measures are dropped, curves become lines. Error{invalid_geometry} for what can't be (TIN, too deep).
Geometry to_geometry(const OGRGeometry& shape);

const char* geometry_kind(const OGRFeatureDefn& definition); // as OgrLayerInfo::geometry
const char* field_type(const OGRFieldDefn& field);           // as OgrField::type

// Null for what is not set and for binary values. A time whose zone is unknown stays text, so that it is asked for.
Value to_value(const OGRFeature& feature, int field);

} // namespace geo::wrap
