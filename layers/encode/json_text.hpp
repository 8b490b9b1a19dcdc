// Appending JSON text to a string: what the feature writer and the error writer share.
#pragma once

#include "geo/geometry.hpp"
#include "geo/value.hpp"

#include <string>
#include <string_view>

namespace layers::encode {

// Quoted and escaped (RFC 8259); bytes that are no UTF-8 become U+FFFD, so the output is always valid JSON.
void append_quoted(std::string& out, std::string_view text);

// Shortest text that reads back as the same double; null for NaN and infinities.
void append_number(std::string& out, double value);
void append_number(std::string& out, std::int64_t value);

void append_value(std::string& out, const geo::Value& value);

// A GeoJSON geometry object (RFC 7946), "null" for type none. Coordinates shortest round-trip, or with at most
// `decimals` digits; swap_axes writes y,x (a CRS whose authority says so).
struct CoordinateStyle {
    int decimals = -1; // -1: exact
    bool swap_axes = false;
};
void append_geometry(std::string& out, const geo::Geometry& geometry, CoordinateStyle style = {});

} // namespace layers::encode
