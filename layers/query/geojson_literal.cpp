#include "layers/query/geojson_literal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace layers::query {

namespace {

using geo::Geometry;
using geo::GeometryType;
using nlohmann::json;

constexpr int kMaxCollections = 32; // as geo/wkb.hpp

constexpr std::array kTypes{GeometryType::point,       GeometryType::line_string,       GeometryType::polygon,
                            GeometryType::multi_point, GeometryType::multi_line_string, GeometryType::multi_polygon,
                            GeometryType::collection};

// Each reader says whether it could.
bool read_position(const json& j, Geometry& g) {
    if (!j.is_array() || j.size() < 2 || j.size() > 4) return false;
    if (!std::ranges::all_of(j, [](const json& n) { return n.is_number() && std::isfinite(n.get<double>()); }))
        return false;
    g.points.push_back({j[0].get<double>(), j[1].get<double>()});
    return true;
}

template <typename Each>
bool read_list(const json& j, Each each) {
    return j.is_array() && std::ranges::all_of(j, each);
}

bool read_positions(const json& j, Geometry& g) {
    return read_list(j, [&](const json& position) { return read_position(position, g); });
}

bool read_line(const json& j, Geometry& g) {
    if (!read_positions(j, g)) return false;
    if (!j.empty()) g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
    return true;
}

bool read_lines(const json& j, Geometry& g) {
    return read_list(j, [&](const json& line) { return read_line(line, g); });
}

bool read_polygon(const json& j, Geometry& g) {
    const std::size_t rings_before = g.part_ends.size();
    if (!read_lines(j, g)) return false;
    if (g.part_ends.size() > rings_before) g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
    return true;
}

bool read_coordinates(const json& j, Geometry& g) {
    switch (g.type) {
    case GeometryType::point:
        return read_position(j, g);
    case GeometryType::multi_point:
        return read_positions(j, g);
    case GeometryType::line_string:
        return read_line(j, g);
    case GeometryType::multi_line_string:
        return read_lines(j, g);
    case GeometryType::polygon:
        return read_polygon(j, g);
    case GeometryType::multi_polygon:
        return read_list(j, [&](const json& polygon) { return read_polygon(polygon, g); });
    default:
        return false;
    }
}

bool read_geometry(const json& j, Geometry& g, int depth);

bool read_members(const json& j, Geometry& g, int depth) {
    return read_list(j, [&](const json& member) { return read_geometry(member, g.members.emplace_back(), depth + 1); });
}

bool read_geometry(const json& j, Geometry& g, int depth) {
    if (depth > kMaxCollections || !j.is_object()) return false;
    const auto type = j.find("type");
    if (type == j.end() || !type->is_string()) return false;
    const auto known = std::ranges::find_if(
        kTypes, [&](GeometryType t) { return type->get_ref<const std::string&>() == geo::type_name(t); });
    if (known == kTypes.end()) return false;
    g.type = *known;
    const auto content = j.find(g.type == GeometryType::collection ? "geometries" : "coordinates");
    if (content == j.end()) return false;
    return g.type == GeometryType::collection ? read_members(*content, g, depth) : read_coordinates(*content, g);
}

} // namespace

GeojsonLiteral read_geojson_literal(const json& j) {
    GeojsonLiteral result;
    if (!read_geometry(j, result.geometry, 0)) result = {{}, "not a GeoJSON geometry"};
    return result;
}

} // namespace layers::query
