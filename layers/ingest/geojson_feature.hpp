// One GeoJSON feature (RFC 7946) from its text. Knows no file.
#pragma once

#include "geo/feature.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace layers::ingest {

// Keeps its memory between features. One thread.
class GeoJsonFeatures {
public:
    GeoJsonFeatures();
    ~GeoJsonFeatures();
    GeoJsonFeatures(const GeoJsonFeatures&) = delete;
    GeoJsonFeatures& operator=(const GeoJsonFeatures&) = delete;

    // `text` must have Input::kPadding readable bytes behind it. A geometry alone is a feature without properties. A
    // feature's own "id" becomes the field "id" when its properties have none. Error{invalid_input} or
    // {invalid_geometry} with the reason, and the place in `pointer` ("geometry" or a property's name).
    geo::RawFeature parse(std::string_view text, std::int64_t line);

    // A top-level "crs" member as PROJ takes it; empty for null. Error{invalid_input} for a link.
    std::string crs(std::string_view text);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace layers::ingest
