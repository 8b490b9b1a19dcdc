// Raw features -> rows of a layer: CRS, geometry repair, field mapping, time, chainage. Sections are handed in.
// Knows model and geo; no store, no files but mappings.
#pragma once

#include "geo/chainage.hpp"
#include "geo/feature.hpp"
#include "layers/ingest/reader.hpp"
#include "layers/model/layer.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace layers::normalise {

// One member of a JSON value that is put together from columns.
struct Member {
    std::string column; // empty: the constant
    geo::Value constant;
};

// How a file's columns become a layer's fields. Columns that no mapping names go to the field of the same name, in any
// case ("Valid From" to valid_from). Kept as JSON with the members below; the built-in ones (ucdp-ged, acled) are the
// texts in built_in_mappings.cpp.
struct Mapping {
    std::string name;
    std::string layer;                                                // target; empty: any
    std::map<std::string, std::string> columns;                       // field -> source column
    std::map<std::string, geo::Value> constants;                      // field -> fixed value
    std::map<std::string, std::map<std::string, geo::Value>> lookups; // field -> source text -> value
    std::map<std::string, std::map<std::string, Member>> objects;     // field of type json -> its members
    std::vector<std::string> whole_days; // time fields whose date means "to the end of that day"
    std::string naive_times_are;         // "UTC" or empty: a time without zone is a fault
    std::string crs;                     // overrides the file's
    std::string note;                    // what the mapping assumes, shown in the report
};

std::optional<Mapping> built_in_mapping(std::string_view name);
std::vector<std::string> built_in_mapping_names();
Mapping mapping_from_json(std::string_view json); // Error{invalid_input} with pointer
std::string to_json(const Mapping& mapping);      // reads back as an equal mapping; the same mapping, the same text
// Every field that it names is one of the layer's, and its constants and lookups fit. Error{invalid_input} otherwise.
void check_mapping(const Mapping& mapping, const Layer& layer);

struct Section { // a border section as chainage needs it
    std::string id;
    geo::Chain chain;
};

struct Options {
    std::shared_ptr<const Layer> layer;
    std::optional<Mapping> mapping;
    std::string source_crs; // from the file or --crs
    bool strict = false;    // a repair is a fault
    bool swap_axes = false;
    std::string agency;         // owner where the row doesn't say
    bool agency_forced = false; // the caller's token decides; another agency in the row is a fault
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
// Texts that hold a telephone or identity number are refused, but for reports of distress, death and missing persons:
// there the number is moved into the layer's sealed field.
class Normaliser {
public:
    // Error{invalid_input} for a CRS that PROJ does not know and for a mapping that does not fit the layer.
    explicit Normaliser(Options options, const ingest::SourceSchema& schema);
    ~Normaliser();
    std::optional<Record> row(const geo::RawFeature& raw, std::vector<Note>& notes);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The id that a row with this reference of this agency gets from every import.
geo::Uuid id_of_reference(const Layer& layer, const std::string& agency, const std::string& scenario,
                          const std::string& source_ref);

// A layer for --new-layer: every column of the file as a queryable field (names made snake_case, clashes numbered).
// Columns that mean what a common field means become that field.
Layer layer_for(const std::string& id, const ingest::SourceSchema& schema);

// The field that each column of the schema goes to in such a layer, in the schema's order.
std::vector<std::string> field_names(const ingest::SourceSchema& schema);

// True when the box lies off the earth, or off `region` altogether, but would fit inside with x and y exchanged.
bool looks_swapped(const geo::Box& data, const std::optional<geo::Box>& region);
// The same for rows in any CRS.
bool looks_swapped(const std::vector<geo::RawFeature>& rows, const std::string& crs,
                   const std::optional<geo::Box>& region);

// What in a text must not be kept ("a telephone number", "an identity number"); nothing when it is clean.
std::optional<std::string> private_number(std::string_view text);
// Takes every such number out of a text and leaves kSealMark (model/sealed.hpp) in its place. -> the numbers, their
// digits in ASCII.
std::vector<std::string> take_private_numbers(std::string& text);
// Reports of these kinds are always taken, whatever numbers are in them.
bool is_rescue_kind(const geo::Value& kind);

} // namespace layers::normalise
