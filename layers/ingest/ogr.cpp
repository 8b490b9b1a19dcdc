#include "geo/error.hpp"
#include "geo/wrap/ogr_reader.hpp"
#include "layers/ingest/readers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace layers::ingest {
namespace {

struct Row {
    const char* format;
    geo::wrap::OgrDriver driver;
    const char* default_crs; // where the file does not say
    // Drivers that give every feature the same long list of columns, nearly all empty, and no count: one pass more
    // finds those that are used.
    bool survey;
};

constexpr std::array kRows{
    Row{"gpkg", geo::wrap::OgrDriver::geopackage, "", false},
    Row{"shapefile", geo::wrap::OgrDriver::shapefile, "", false},
    Row{"flatgeobuf", geo::wrap::OgrDriver::flatgeobuf, "", false},
    Row{"gpx", geo::wrap::OgrDriver::gpx, "OGC:CRS84", true},
    Row{"kml", geo::wrap::OgrDriver::kml, "OGC:CRS84", true},
};

const char* kind_of(const geo::Geometry& geometry) {
    switch (geometry.type) {
    case geo::GeometryType::none:
        return "";
    case geo::GeometryType::point:
    case geo::GeometryType::multi_point:
        return "point";
    case geo::GeometryType::line_string:
    case geo::GeometryType::multi_line_string:
        return "line";
    case geo::GeometryType::polygon:
    case geo::GeometryType::multi_polygon:
        return "polygon";
    case geo::GeometryType::collection:
        return "any";
    }
    return "any";
}

// GDAL's GPX driver lists all five layers, mostly empty; the first with a row is what people mean.
std::string choose_layer(geo::wrap::OgrReader& reader, const std::string& wanted, std::vector<std::string>& others) {
    const auto all = reader.layers();
    if (all.empty()) throw geo::Error{geo::ErrorCode::unreadable_file, "the file holds no layer of features"};
    std::string chosen = wanted;
    for (const auto& name : all) {
        if (name == wanted) continue;
        reader.select(name);
        const bool has_rows = all.size() == 1 || reader.next().has_value();
        if (chosen.empty() && has_rows) {
            chosen = name;
        } else if (has_rows) {
            others.push_back(name);
        }
    }
    return chosen.empty() ? all.front() : chosen;
}

void survey(geo::wrap::OgrReader& reader, SourceSchema& schema) {
    std::set<std::string> used;
    std::string kind;
    std::int64_t count = 0;
    while (const auto row = reader.next()) {
        ++count;
        for (const auto& [name, value] : row->feature.fields) {
            if (used.size() < schema.fields.size()) used.insert(name);
        }
        const std::string own = kind_of(row->feature.geometry);
        if (!own.empty()) kind = kind.empty() || kind == own ? own : "any";
    }
    std::erase_if(schema.fields, [&](const SourceField& field) { return !used.contains(field.name); });
    schema.geometry = kind.empty() ? "none" : kind;
    schema.feature_count = count;
    reader.rewind();
}

// How KML wants a placemark drawn is no property of the thing; GDAL gives every row these.
bool is_drawing(const Row& row, const std::string& field) {
    static constexpr std::array kDrawing{"tessellate", "extrude", "visibility", "drawOrder", "icon", "altitudeMode"};
    return row.driver == geo::wrap::OgrDriver::kml &&
           std::find(kDrawing.begin(), kDrawing.end(), field) != kDrawing.end();
}

bool sane(const geo::Geometry& geometry) {
    const auto is_place = [](geo::Point p) {
        return std::abs(p.x) <= kMaxCoordinate && std::abs(p.y) <= kMaxCoordinate;
    };
    return std::all_of(geometry.points.begin(), geometry.points.end(), is_place) &&
           std::all_of(geometry.members.begin(), geometry.members.end(), sane);
}

} // namespace

void read_ogr(const std::string& format, const std::string& path, const ReadOptions& options, const Sink& sink,
              const std::function<void()>& opened) {
    const auto& row = *std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return format == r.format; });
    geo::wrap::OgrReader reader{path, row.driver};
    SourceSchema schema;
    schema.format = format;
    schema.layer = choose_layer(reader, options.source_layer, schema.other_layers);
    const auto info = reader.select(schema.layer);
    schema.crs = info.crs.empty() ? row.default_crs : info.crs;
    schema.geometry = info.geometry;
    schema.feature_count = info.feature_count;
    for (const auto& field : info.fields) {
        if (!is_drawing(row, field.name)) schema.fields.push_back({field.name, field.type});
    }
    opened();
    if (row.survey) survey(reader, schema);
    sink.schema(schema);
    while (auto next = reader.next()) {
        std::erase_if(next->feature.fields, [&](const auto& field) { return is_drawing(row, field.first); });
        if (next->problem.empty() && !sane(next->feature.geometry)) next->problem = "a coordinate that is no place";
        if (next->problem.empty()) {
            sink.row(std::move(next->feature));
        } else {
            sink.fault({next->feature.line, "geometry", next->problem});
        }
    }
}

} // namespace layers::ingest
