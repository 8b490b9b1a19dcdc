#include "server/endpoints/openapi_schemas.hpp"

#include "server/processes/process.hpp"

#include <nlohmann/json.hpp>

namespace server {

nlohmann::json openapi_schemas() {
    // After the schemas of OGC API – Features Part 1 (17-069r4), Tiles Part 1 (20-057), Processes Part 1 (18-062r2),
    // RFC 7946 and RFC 9457.
    static constexpr const char* kSchemas = R"json({
"problem": {"type": "object", "required": ["type", "title", "status"], "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
    "detail": {"type": "string"}, "instance": {"type": "string"},
    "pointer": {"type": "string", "description": "The parameter, or a JSON pointer into the body, that is at fault."}}},
"link": {"type": "object", "required": ["href", "rel"], "properties": {
    "href": {"type": "string"}, "rel": {"type": "string"}, "type": {"type": "string"}, "title": {"type": "string"},
    "hreflang": {"type": "string"}, "templated": {"type": "boolean"}}},
"links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
"landingPage": {"type": "object", "required": ["links"], "properties": {
    "title": {"type": "string"}, "description": {"type": "string"},
    "links": {"$ref": "#/components/schemas/links"}}},
"conformance": {"type": "object", "required": ["conformsTo"], "properties": {
    "conformsTo": {"type": "array", "items": {"type": "string"}}}},
"status": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
"extent": {"type": "object", "properties": {
    "spatial": {"type": "object", "properties": {
        "bbox": {"type": "array", "items": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}},
        "crs": {"type": "string"}}},
    "temporal": {"type": "object", "properties": {
        "interval": {"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2,
            "items": {"type": "string", "format": "date-time", "nullable": true}}},
        "trs": {"type": "string"}}}}},
"collection": {"type": "object", "required": ["id", "links"], "properties": {
    "id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
    "extent": {"$ref": "#/components/schemas/extent"}, "itemType": {"type": "string"},
    "crs": {"type": "array", "items": {"type": "string"}}, "storageCrs": {"type": "string"},
    "links": {"$ref": "#/components/schemas/links"}}},
"collections": {"type": "object", "required": ["links", "collections"], "properties": {
    "links": {"$ref": "#/components/schemas/links"},
    "crs": {"type": "array", "items": {"type": "string"}},
    "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}}}},
"geometryGeoJSON": {"type": "object", "nullable": true, "required": ["type"], "properties": {
    "type": {"type": "string", "enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon",
                                        "MultiPolygon", "GeometryCollection"]},
    "coordinates": {"type": "array", "items": {}},
    "geometries": {"type": "array", "items": {"$ref": "#/components/schemas/geometryGeoJSON"}}}},
"featureGeoJSON": {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
    "type": {"type": "string", "enum": ["Feature"]}, "id": {"type": "string"},
    "geometry": {"$ref": "#/components/schemas/geometryGeoJSON"},
    "properties": {"type": "object", "nullable": true, "additionalProperties": true},
    "links": {"$ref": "#/components/schemas/links"}}},
"featureCollectionGeoJSON": {"type": "object", "required": ["type", "features"], "properties": {
    "type": {"type": "string", "enum": ["FeatureCollection"]},
    "features": {"type": "array", "items": {"$ref": "#/components/schemas/featureGeoJSON"}},
    "links": {"$ref": "#/components/schemas/links"}, "timeStamp": {"type": "string", "format": "date-time"},
    "numberMatched": {"type": "integer", "minimum": 0}, "numberReturned": {"type": "integer", "minimum": 0}}},
"jsonSchema": {"type": "object", "additionalProperties": true, "properties": {
    "$schema": {"type": "string"}, "$id": {"type": "string"}, "type": {"type": "string"}, "title": {"type": "string"},
    "properties": {"type": "object", "additionalProperties": true}}},
"statement": {"type": "object", "required": ["type"], "additionalProperties": false,
    "description": "Which members go with which type; whatever the type, `id` (UUIDv7, made by the client) makes a repeated one harmless. correction: reason, and the fields' new values in properties, a new geometry, or both; null empties a field. grading: source_reliability, info_credibility or both. validation: validation. withdrawal, reinstatement: reason. state: state, observed_at, and what belongs to it.",
    "properties": {
    "type": {"type": "string", "enum": ["correction", "grading", "validation", "withdrawal", "reinstatement", "state"]},
    "id": {"type": "string", "format": "uuid"},
    "reason": {"type": "string", "maxLength": 1000},
    "properties": {"type": "object", "additionalProperties": true},
    "geometry": {"$ref": "#/components/schemas/geometryGeoJSON"},
    "source_reliability": {"type": "string", "enum": ["A", "B", "C", "D", "E", "F"]},
    "info_credibility": {"type": "string", "enum": ["1", "2", "3", "4", "5", "6"]},
    "validation": {"type": "string", "enum": ["validated", "disputed"]},
    "state": {"type": "string"}, "observed_at": {"type": "string", "format": "date-time"},
    "cause": {"type": "string"}, "repair_due": {"type": "string"}, "repaired_at": {"type": "string"},
    "expected_reopening": {"type": "string"}}},
"history": {"type": "object", "properties": {
    "versions": {"type": "array", "items": {"type": "object", "required": ["version", "removed"], "properties": {
        "version": {"type": "integer"}, "removed": {"type": "boolean"},
        "recorded_at": {"type": "string", "format": "date-time"},
        "agency": {"type": "string", "nullable": true, "description": "Whose version it is"},
        "account": {"type": "string", "description": "Only for callers of that agency"},
        "statement": {"type": "string", "description": "Id of the statement that made the version"},
        "feature": {"$ref": "#/components/schemas/featureGeoJSON"}}}},
    "links": {"$ref": "#/components/schemas/links"}}},
"tileJSON": {"type": "object", "required": ["tilejson", "tiles"], "properties": {
    "tilejson": {"type": "string"}, "tiles": {"type": "array", "items": {"type": "string"}},
    "vector_layers": {"type": "array", "items": {"type": "object", "required": ["id", "fields"], "properties": {
        "id": {"type": "string"}, "description": {"type": "string"}, "minzoom": {"type": "integer"},
        "maxzoom": {"type": "integer"}, "fields": {"type": "object", "additionalProperties": {"type": "string"}}}}},
    "name": {"type": "string"}, "description": {"type": "string"}, "attribution": {"type": "string"},
    "bounds": {"type": "array", "items": {"type": "number"}}, "center": {"type": "array", "items": {"type": "number"}},
    "minzoom": {"type": "integer"}, "maxzoom": {"type": "integer"}}},
"tileMatrixSets": {"type": "object", "required": ["tileMatrixSets"], "properties": {
    "tileMatrixSets": {"type": "array", "items": {"type": "object", "additionalProperties": true}}}},
"tileMatrixSet": {"type": "object", "additionalProperties": true},
"tileSets": {"type": "object", "required": ["tilesets"], "properties": {
    "tilesets": {"type": "array", "items": {"$ref": "#/components/schemas/tileSet"}},
    "links": {"$ref": "#/components/schemas/links"}}},
"tileSet": {"type": "object", "additionalProperties": true},
"style": {"type": "object", "additionalProperties": true},
"job": {"type": "object", "required": ["jobID", "status", "type"], "properties": {
    "jobID": {"type": "string"}, "type": {"type": "string"}, "processID": {"type": "string"},
    "status": {"type": "string", "enum": ["accepted", "running", "successful", "failed", "dismissed"]},
    "message": {"type": "string"}, "progress": {"type": "integer", "minimum": 0, "maximum": 100},
    "created": {"type": "string", "format": "date-time"}, "started": {"type": "string", "format": "date-time"},
    "finished": {"type": "string", "format": "date-time"},
    "links": {"$ref": "#/components/schemas/links"}}, "additionalProperties": true},
"jobs": {"type": "object", "required": ["jobs", "links"], "properties": {
    "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/job"}},
    "links": {"$ref": "#/components/schemas/links"}}},
"processSummary": {"type": "object", "required": ["id", "version"], "properties": {
    "id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
    "version": {"type": "string"},
    "jobControlOptions": {"type": "array", "items": {"type": "string", "enum": ["sync-execute", "async-execute", "dismiss"]}},
    "outputTransmission": {"type": "array", "items": {"type": "string", "enum": ["value", "reference"]}},
    "links": {"$ref": "#/components/schemas/links"}}},
"processList": {"type": "object", "required": ["processes", "links"], "properties": {
    "processes": {"type": "array", "items": {"$ref": "#/components/schemas/processSummary"}},
    "links": {"$ref": "#/components/schemas/links"}}},
"processParameter": {"type": "object", "required": ["schema"], "properties": {
    "title": {"type": "string"}, "description": {"type": "string"},
    "schema": {"type": "object", "additionalProperties": true},
    "minOccurs": {"type": "integer"}, "maxOccurs": {"type": "integer"}}},
"process": {"allOf": [{"$ref": "#/components/schemas/processSummary"}, {"type": "object", "properties": {
    "inputs": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/processParameter"}},
    "outputs": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/processParameter"}}}}]},
"execute": {"type": "object", "additionalProperties": false, "properties": {
    "inputs": {"description": "As the process's description says"},
    "outputs": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": true}},
    "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"}}}
})json";
    auto schemas = nlohmann::json::parse(kSchemas);
    auto& inputs = schemas["execute"]["properties"]["inputs"];
    for (const auto& process : processes::table()) inputs["anyOf"].push_back(processes::inputs_schema(process));
    return schemas;
}

} // namespace server
