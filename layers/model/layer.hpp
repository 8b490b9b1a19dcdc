// The schema of a layer is a value at run time: fields with type, unit, access class; nothing else in Sarhad knows what
// a "patrol" is. Built-in layers are one file each in this room; an import with --new-layer makes one from a file.
// Must not know stores, files, tiles or HTTP.
#pragma once

#include "geo/geometry.hpp"
#include "geo/uuid.hpp"
#include "geo/value.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layers {

enum class FieldType { boolean, integer, number, text, enumeration, instant, text_list, json };

// open: whoever sees the row · agency: owner and those it is releasable to · need_to_know: with role and stated
// purpose · sealed: the rescue role alone, with a stated purpose, until it expires (sealed.hpp).
enum class AccessClass { open, agency, need_to_know, sealed };

enum class Setter { client, server }; // server: computed or stamped by Sarhad, ignored or refused from a client

struct Field {
    std::string name; // snake_case, unit in the name where the type doesn't say it
    FieldType type = FieldType::text;
    std::string title; // for people
    std::string description;
    std::string unit;                // UCUM where there is one, else empty
    std::vector<std::string> values; // of an enumeration, in their order
    AccessClass access = AccessClass::open;
    Setter setter = Setter::client;
    bool required = false;
    std::optional<double> minimum = {}; // of a number or integer
};

enum class GeometryKind { none, point, line, polygon, any };

// How rows change: mutable = replaced by new versions; statements = immutable, corrected by appended statements;
// states = the row is fixed, its states are appended (fences, crossing points).
enum class ChangeRule { replace, statements, states };

struct Layer {
    std::string id; // no dots; also the MVT layer name and the table name
    std::string title;
    std::string description;
    GeometryKind geometry = GeometryKind::any;
    ChangeRule change = ChangeRule::replace;
    bool reference = false; // base data: seen by all, shown in every scenario
    bool built_in = true;
    bool internal = false;     // kept like any layer, but no collection: read and written by endpoints of its own
    bool derived = false;      // made from other layers for each group of callers, never written; not in the store
    std::vector<Field> fields; // the common ones first (kCommonFieldCount), then the layer's own
    std::string attribution;

    std::optional<std::size_t> find(std::string_view field_name) const; // ordinal in `fields`
};

// Ordinals of the common fields: the same in every layer, so that policy, time and scenario need no look-up.
namespace common {
enum : std::size_t {
    agency,
    unit,
    source_ref,
    scenario_id,
    valid_from,
    valid_to,
    recorded_at,
    time_precision_s,
    geo_precision_m,
    geo_method,
    section_id,
    distance_along_m,
    offset_m,
    source_reliability,
    info_credibility,
    handling,
    releasable_to,
    retain_until,
    nature,
    remarks,
    count
};
}

// One version of one item. values[i] belongs to layer.fields[i]; the geometry is lon,lat WGS 84.
struct Record {
    geo::Uuid id;
    std::int64_t version = 0; // 1, 2, 3 … of this item; 0 before the store gave one
    std::int64_t seq = 0;     // change log position that wrote it; 0 before
    geo::Geometry geometry;
    std::vector<geo::Value> values;
};

// The common fields, in the order of `common`.
const std::vector<Field>& common_fields();

// Builds a layer: common fields, then `own`. Throws Error{invalid_input} on a name twice or not snake_case.
Layer make_layer(std::string id, std::string title, GeometryKind geometry, std::vector<Field> own);

// The built-in layers that are stored, in the order of the layer tree.
const std::vector<Layer>& built_in_layers();
// Those that are made from them (`derived`).
const std::vector<Layer>& derived_layers();

// Built-in and imported layers together; a value that is replaced as a whole when a layer is added.
class Catalogue {
public:
    Catalogue();                                                  // the built-in layers
    std::shared_ptr<const Layer> find(std::string_view id) const; // null when there is none
    std::vector<std::shared_ptr<const Layer>> all() const;
    Catalogue with(Layer layer) const; // throws Error{conflict} when the id is taken

private:
    std::vector<std::shared_ptr<const Layer>> layers_;
};

// A layer as JSON and back: how imported layers are kept in the store, and what /collections/{id}/schema is made from.
std::string layer_to_json(const Layer& layer);
Layer layer_from_json(std::string_view json);

const char* name(FieldType type);
const char* name(AccessClass access);
const char* name(GeometryKind kind);

// Checks one row against its layer: required, enumerations, types, minima, ends not before beginnings, geometry kind,
// |lon| <= 180 … Returns every fault, empty when none.
struct Fault {
    std::string field; // a field's name or "geometry"
    std::string reason;
};
std::vector<Fault> check(const Layer& layer, const Record& record);

} // namespace layers
