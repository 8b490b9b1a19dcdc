#include "geo/wrap/ogr_convert.hpp"

#include "geo/error.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cpl_string.h>
#include <memory>
#include <ogrsf_frmts.h>

namespace geo::wrap {
namespace {

void add_points(const OGRSimpleCurve& line, Geometry& out) {
    for (int i = 0; i < line.getNumPoints(); ++i) out.points.push_back({line.getX(i), line.getY(i)});
    out.part_ends.push_back(static_cast<std::uint32_t>(out.points.size()));
}

void add_polygon(const OGRPolygon& polygon, Geometry& out) {
    for (const auto* ring : polygon) add_points(*ring, out);
    out.polygon_ends.push_back(static_cast<std::uint32_t>(out.part_ends.size()));
}

Geometry converted(const OGRGeometry& from, int depth) {
    if (depth > 32) throw Error{ErrorCode::invalid_geometry, "collections nested deeper than 32"};
    Geometry out;
    switch (wkbFlatten(from.getGeometryType())) {
    case wkbPoint: {
        const auto& p = *from.toPoint();
        if (p.IsEmpty()) return out;
        return make_point(p.getX(), p.getY());
    }
    case wkbLineString:
        out.type = GeometryType::line_string;
        add_points(*from.toLineString(), out);
        break;
    case wkbPolygon:
        out.type = GeometryType::polygon;
        add_polygon(*from.toPolygon(), out);
        break;
    case wkbMultiPoint:
        out.type = GeometryType::multi_point;
        for (const auto* p : *from.toMultiPoint()) {
            if (!p->IsEmpty()) out.points.push_back({p->getX(), p->getY()});
        }
        break;
    case wkbMultiLineString:
        out.type = GeometryType::multi_line_string;
        for (const auto* line : *from.toMultiLineString()) add_points(*line, out);
        break;
    case wkbMultiPolygon:
        out.type = GeometryType::multi_polygon;
        for (const auto* polygon : *from.toMultiPolygon()) add_polygon(*polygon, out);
        break;
    case wkbGeometryCollection:
        out.type = GeometryType::collection;
        for (const auto* member : *from.toGeometryCollection()) {
            out.members.push_back(converted(*member, depth + 1));
        }
        break;
    default: { // curves, TIN, polyhedral surfaces
        if (!from.hasCurveGeometry()) throw Error{ErrorCode::invalid_geometry, "a kind of shape that is not supported"};
        const std::unique_ptr<OGRGeometry> linear{from.getLinearGeometry()};
        if (!linear) throw Error{ErrorCode::invalid_geometry, "a curve that can't be made of straight lines"};
        return converted(*linear, depth + 1);
    }
    }
    return out.empty() ? Geometry{} : out;
}

// A time with a known zone is an instant; one without stays the text it was, so that its zone is asked for, not made
// up.
Value instant_or_text(const OGRFeature& feature, int field) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, zone = 0;
    float second = 0;
    if (!feature.GetFieldAsDateTime(field, &year, &month, &day, &hour, &minute, &second, &zone)) return Null{};
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                              std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::string{feature.GetFieldAsString(field)};
    const bool date_only = feature.GetFieldDefnRef(field)->GetType() == OFTDate;
    if (!date_only && zone <= 1) { // 0 unknown, 1 "local"
        std::array<char, 96> text{};
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%06.3f", year, month, day, hour, minute,
                      static_cast<double>(second));
        return std::string{text.data()};
    }
    const auto since = sys_days{date}.time_since_epoch();
    const std::int64_t day_s = duration_cast<seconds>(since).count();
    const std::int64_t zone_s = date_only ? 0 : (zone - 100) * 900; // 100 = UTC, steps of 15 minutes
    const auto second_us = static_cast<std::int64_t>(std::llround(static_cast<double>(second) * 1000.0)) * 1000;
    return Instant{(day_s + hour * 3600 + minute * 60 - zone_s) * 1000000 + second_us};
}

} // namespace

Geometry to_geometry(const OGRGeometry& shape) {
    return converted(shape, 0);
}

const char* geometry_kind(const OGRFeatureDefn& definition) {
    switch (OGR_GT_GetLinear(wkbFlatten(definition.GetGeomType()))) {
    case wkbPoint:
    case wkbMultiPoint:
        return "point";
    case wkbLineString:
    case wkbMultiLineString:
        return "line";
    case wkbPolygon:
    case wkbMultiPolygon:
        return "polygon";
    case wkbNone:
        return "none";
    default:
        return "any";
    }
}

const char* field_type(const OGRFieldDefn& field) {
    switch (field.GetType()) {
    case OFTInteger:
        return field.GetSubType() == OFSTBoolean ? "boolean" : "integer";
    case OFTInteger64:
        return "integer";
    case OFTReal:
        return "number";
    case OFTDate:
    case OFTDateTime:
        return "instant";
    case OFTStringList:
    case OFTIntegerList:
    case OFTInteger64List:
    case OFTRealList:
        return "text_list";
    default:
        return field.GetSubType() == OFSTJSON ? "json" : "text";
    }
}

Value to_value(const OGRFeature& feature, int field) {
    if (!feature.IsFieldSetAndNotNull(field)) return Null{};
    const auto& definition = *feature.GetFieldDefnRef(field);
    switch (definition.GetType()) {
    case OFTInteger:
        if (definition.GetSubType() == OFSTBoolean) return feature.GetFieldAsInteger(field) != 0;
        return static_cast<std::int64_t>(feature.GetFieldAsInteger(field));
    case OFTInteger64:
        return static_cast<std::int64_t>(feature.GetFieldAsInteger64(field));
    case OFTReal:
        return feature.GetFieldAsDouble(field);
    case OFTDate:
    case OFTDateTime:
        return instant_or_text(feature, field);
    case OFTStringList:
    case OFTIntegerList:
    case OFTInteger64List:
    case OFTRealList: {
        TextList list;
        if (definition.GetType() == OFTStringList) {
            for (char** s = feature.GetFieldAsStringList(field); s != nullptr && *s != nullptr; ++s)
                list.emplace_back(*s);
            return list;
        }
        int count = 0;
        if (definition.GetType() == OFTRealList) {
            const double* values = feature.GetFieldAsDoubleList(field, &count);
            for (int i = 0; i < count; ++i) list.emplace_back(CPLSPrintf("%.15g", values[i]));
        } else if (definition.GetType() == OFTIntegerList) {
            const int* values = feature.GetFieldAsIntegerList(field, &count);
            for (int i = 0; i < count; ++i) list.push_back(std::to_string(values[i]));
        } else {
            const GIntBig* values = feature.GetFieldAsInteger64List(field, &count);
            for (int i = 0; i < count; ++i) list.push_back(std::to_string(values[i]));
        }
        return list;
    }
    case OFTBinary:
        return Null{}; // attachments do not come in with rows
    default:
        if (definition.GetSubType() == OFSTJSON) return Json{feature.GetFieldAsString(field)};
        return std::string{feature.GetFieldAsString(field)};
    }
}

} // namespace geo::wrap
