// Raw features -> rows of a layer: CRS, geometry repair, field mapping, time, chainage. Sections are handed in.
// Knows model and geo; no store, no files but mappings.
#pragma once

#include "geo/feature.hpp"
#include "geo/chainage.hpp"
#include "layers/ingest/reader.hpp"
#include "layers/model/layer.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace layers::normalise {

// How a file's columns become a layer's fields. Kept as JSON; the built-in ones live in mappings/ (ucdp-ged, acled).
struct Mapping {
    std::string name;
    std::string layer;                                   // target; empty: any
    std::map<std::string, std::string> columns;          // field -> source column
    std::map<std::string, geo::Value> constants;         // field -> fixed value
    std::map<std::string, std::map<std::string, geo::Value>> lookups; // field -> source text -> value
    std::string naive_times_are;                         // "UTC" or empty: a time without zone is a fault
    std::string crs;                                     // overrides the file's
    std::string note;                                    // what the mapping assumes, shown in the report
};

std::optional<Mapping> built_in_mapping(std::string_view name);
Mapping mapping_from_json(std::string_view json); // Error{invalid_input} with pointer

struct Section { // a border section as chainage needs it
    std::string id;
    geo::Chain chain;
};

struct Options {
    std::shared_ptr<const Layer> layer;
    std::optional<Mapping> mapping;
    std::string source_crs;      // from the file or --crs
    bool strict = false;         // a repair is a fault
    bool swap_axes = false;
    std::string agency;          // owner where the row doesn't say
    bool agency_forced = false;  // the caller's token decides; another agency in the row is a fault
    std::string scenario_id;
    const std::vector<Section>* sections = nullptr; // may be null: no chainage
};

struct Note { // what was changed to make a row fit
    std::int64_t line = 0;
    std::string field;
    std::string reason;
    bool rejected = false;
};

// One thread each. row() gives a record with a stable id (collection, agency, source_ref; else the hash of the
// normalised row), or nothing when rejected; the reasons are appended to notes.
class Normaliser {
public:
    explicit Normaliser(Options options, const ingest::SourceSchema& schema);
    ~Normaliser();
    std::optional<Record> row(const geo::RawFeature& raw, std::vector<Note>& notes);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// A layer for --new-layer: every column of the file as a queryable field (names made snake_case, clashes numbered).
Layer layer_for(const std::string& id, const ingest::SourceSchema& schema);

// True when every box corner lies off the earth or off `region` but would fit with x and y exchanged.
bool looks_swapped(const geo::Box& data, const std::optional<geo::Box>& region);

} // namespace layers::normalise
