#include "layers/ingest/geojson_feature.hpp"

#include "geo/error.hpp"
#include "layers/ingest/input.hpp"
#include "layers/ingest/readers.hpp"

#include <array>
#include <cmath>
#include <simdjson.h>

namespace layers::ingest {

static_assert(Input::kPadding >= simdjson::SIMDJSON_PADDING);

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

[[noreturn]] void bad_geometry(const std::string& why) {
    throw geo::Error{geo::ErrorCode::invalid_geometry, why, "geometry"};
}

double coordinate(element value) {
    double number = 0;
    if (value.get(number) != simdjson::SUCCESS) bad_geometry("a coordinate that is no number");
    if (!(std::abs(number) <= kMaxCoordinate))
        bad_geometry("a coordinate that is no place: " + std::to_string(number).substr(0, 20) + "…");
    return number;
}

array array_of(element value, const char* what) {
    array out;
    if (value.get(out) != simdjson::SUCCESS) bad_geometry(std::string{what} + " is no array");
    return out;
}

geo::Point position(element value) {
    std::array<double, 2> xy{};
    std::size_t n = 0;
    for (const auto number : array_of(value, "a position")) {
        if (n < 2) xy[n] = coordinate(number);
        ++n; // heights and measures are passed over
    }
    if (n < 2) bad_geometry("a position needs two numbers");
    return {xy[0], xy[1]};
}

void add_line(element value, std::size_t least, geo::Geometry& out) {
    const auto before = out.points.size();
    for (const auto p : array_of(value, "a line")) out.points.push_back(position(p));
    const auto count = out.points.size() - before;
    if (count < least) {
        bad_geometry(std::string{least == 4 ? "a ring" : "a line"} + " of " + std::to_string(count) + " positions, " +
                     std::to_string(least) + " are needed");
    }
    out.part_ends.push_back(static_cast<std::uint32_t>(out.points.size()));
}

void add_polygon(element value, geo::Geometry& out) {
    for (const auto ring : array_of(value, "a polygon")) {
        const auto begin = out.points.size();
        add_line(ring, 4, out);
        if (out.points[begin] != out.points.back()) bad_geometry("a ring that is not closed");
    }
    out.polygon_ends.push_back(static_cast<std::uint32_t>(out.part_ends.size()));
}

geo::Geometry geometry(object shape, int depth);

geo::Geometry geometry_or_null(element value, int depth) {
    if (value.is_null()) return {};
    object shape;
    if (value.get(shape) != simdjson::SUCCESS) bad_geometry("a geometry that is no object");
    return geometry(shape, depth);
}

geo::Geometry collection(object shape, int depth) {
    geo::Geometry out;
    out.type = geo::GeometryType::collection;
    element members;
    if (shape["geometries"].get(members) != simdjson::SUCCESS) bad_geometry("a collection without geometries");
    for (const auto member : array_of(members, "geometries"))
        out.members.push_back(geometry_or_null(member, depth + 1));
    return out.empty() ? geo::Geometry{} : out;
}

geo::Geometry geometry(object shape, int depth) {
    using geo::GeometryType;
    if (depth > 16) bad_geometry("collections nested deeper than 16");
    std::string_view type;
    if (shape["type"].get(type) != simdjson::SUCCESS) bad_geometry("a geometry without a type");
    if (type == "GeometryCollection") return collection(shape, depth);
    element coordinates;
    if (shape["coordinates"].get(coordinates) != simdjson::SUCCESS) bad_geometry("a geometry without coordinates");
    geo::Geometry out;
    if (type == "Point") {
        if (array_of(coordinates, "a position").size() == 0) return {};
        const auto p = position(coordinates);
        return geo::make_point(p.x, p.y);
    }
    if (type == "MultiPoint") {
        out.type = GeometryType::multi_point;
        for (const auto p : array_of(coordinates, "coordinates")) out.points.push_back(position(p));
    } else if (type == "LineString") {
        out.type = GeometryType::line_string;
        if (array_of(coordinates, "coordinates").size() != 0) add_line(coordinates, 2, out);
    } else if (type == "MultiLineString") {
        out.type = GeometryType::multi_line_string;
        for (const auto line : array_of(coordinates, "coordinates")) add_line(line, 2, out);
    } else if (type == "Polygon") {
        out.type = GeometryType::polygon;
        add_polygon(coordinates, out);
    } else if (type == "MultiPolygon") {
        out.type = GeometryType::multi_polygon;
        for (const auto polygon : array_of(coordinates, "coordinates")) add_polygon(polygon, out);
    } else {
        bad_geometry("an unknown kind of geometry: " + std::string{type.substr(0, 40)});
    }
    return out.empty() ? geo::Geometry{} : out;
}

geo::Value value_of(element value) {
    switch (value.type()) {
    case simdjson::dom::element_type::BOOL:
        return bool{value};
    case simdjson::dom::element_type::INT64:
        return std::int64_t{value};
    case simdjson::dom::element_type::UINT64: // beyond int64
    case simdjson::dom::element_type::DOUBLE:
        return double{value};
    case simdjson::dom::element_type::STRING:
        return std::string{std::string_view{value}};
    case simdjson::dom::element_type::NULL_VALUE:
        return geo::Null{};
    case simdjson::dom::element_type::ARRAY: {
        geo::TextList texts;
        for (const auto member : array{value}) {
            std::string_view text;
            if (member.get(text) != simdjson::SUCCESS) return geo::Json{simdjson::minify(value)};
            texts.emplace_back(text);
        }
        return texts;
    }
    case simdjson::dom::element_type::OBJECT:
        return geo::Json{simdjson::minify(value)};
    }
    return geo::Null{};
}

void add_properties(element value, geo::RawFeature& out) {
    if (value.is_null()) return;
    object properties;
    if (value.get(properties) != simdjson::SUCCESS) {
        throw geo::Error{geo::ErrorCode::invalid_input, "properties is no object", "properties"};
    }
    out.fields.reserve(properties.size());
    for (const auto [key, member] : properties) {
        auto v = value_of(member);
        if (!geo::is_null(v)) out.fields.emplace_back(std::string{key}, std::move(v));
    }
}

void add_id(element value, geo::RawFeature& out) {
    for (const auto& [name, ignored] : out.fields) {
        if (name == "id") return;
    }
    auto v = value_of(value);
    if (!geo::is_null(v)) out.fields.emplace_back("id", std::move(v));
}

bool is_geometry_type(std::string_view type) {
    static constexpr std::array kTypes{"Point",   "MultiPoint",   "LineString",        "MultiLineString",
                                       "Polygon", "MultiPolygon", "GeometryCollection"};
    return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

// "urn:ogc:def:crs:EPSG::32642", "urn:ogc:def:crs:OGC:1.3:CRS84" and "EPSG:32642" -> AUTHORITY:CODE.
std::string crs_from_name(std::string_view name) {
    constexpr std::string_view kUrn = "urn:ogc:def:crs:";
    if (!name.starts_with(kUrn)) return std::string{name};
    name.remove_prefix(kUrn.size());
    const auto first = name.find(':');
    const auto last = name.rfind(':');
    if (first == std::string_view::npos || first == last) return std::string{name};
    return std::string{name.substr(0, first)} + ":" + std::string{name.substr(last + 1)};
}

} // namespace

struct GeoJsonFeatures::Impl {
    simdjson::dom::parser parser{Input::kMaxPiece + Input::kPadding};

    object parse(std::string_view text) {
        object out;
        element document;
        const auto error = parser.parse(text.data(), text.size(), false).get(document);
        if (error == simdjson::UTF8_ERROR) throw geo::Error{geo::ErrorCode::invalid_input, "text that is not UTF-8"};
        if (error == simdjson::DEPTH_ERROR) throw geo::Error{geo::ErrorCode::invalid_input, "JSON nested too deep"};
        if (error == simdjson::NUMBER_ERROR || error == simdjson::N_ATOM_ERROR || error == simdjson::TAPE_ERROR) {
            // NaN and Infinity are what lazy writers put where a coordinate is missing
            const bool nan =
                text.find("NaN") != text.npos || text.find("nan") != text.npos || text.find("Infinity") != text.npos;
            throw geo::Error{geo::ErrorCode::invalid_input,
                             nan ? "a number that is none (NaN or Infinity)" : "not valid JSON"};
        }
        if (error != simdjson::SUCCESS) throw geo::Error{geo::ErrorCode::invalid_input, "not valid JSON"};
        if (document.get(out) != simdjson::SUCCESS) throw geo::Error{geo::ErrorCode::invalid_input, "not a feature"};
        return out;
    }
};

GeoJsonFeatures::GeoJsonFeatures() : impl_{std::make_unique<Impl>()} {}
GeoJsonFeatures::~GeoJsonFeatures() = default;

geo::RawFeature GeoJsonFeatures::parse(std::string_view text, std::int64_t line) {
    const auto feature = impl_->parse(text);
    geo::RawFeature out;
    out.line = line;
    std::string_view type;
    if (feature["type"].get(type) != simdjson::SUCCESS) {
        throw geo::Error{geo::ErrorCode::invalid_input, "not a feature: it has no type"};
    }
    if (is_geometry_type(type)) {
        out.geometry = geometry(feature, 0);
        return out;
    }
    if (type != "Feature") {
        throw geo::Error{geo::ErrorCode::invalid_input, "not a feature but a " + std::string{type.substr(0, 40)}};
    }
    element member;
    if (feature["geometry"].get(member) == simdjson::SUCCESS) out.geometry = geometry_or_null(member, 0);
    if (feature["properties"].get(member) == simdjson::SUCCESS) add_properties(member, out);
    if (feature["id"].get(member) == simdjson::SUCCESS) add_id(member, out);
    return out;
}

std::string GeoJsonFeatures::crs(std::string_view text) {
    if (text == "null") return {};
    const auto member = impl_->parse(text);
    std::string_view type, name;
    const bool named = member["type"].get(type) == simdjson::SUCCESS && (type == "name" || type == "EPSG");
    std::int64_t code = 0;
    if (named && member["properties"]["name"].get(name) == simdjson::SUCCESS) return crs_from_name(name);
    if (named && member["properties"]["code"].get(code) == simdjson::SUCCESS) return "EPSG:" + std::to_string(code);
    throw geo::Error{geo::ErrorCode::invalid_input, "a \"crs\" that is no name; links are not followed", "/crs"};
}

} // namespace layers::ingest
