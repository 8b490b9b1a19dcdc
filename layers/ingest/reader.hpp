// Files in: bytes of any supported format -> raw features, read in a short-lived confined child process.
// Knows formats, not layers: what a column means is normalise's business.
#pragma once

#include "geo/error.hpp"
#include "geo/feature.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace layers::ingest {

struct SourceField {
    std::string name;
    std::string type; // "boolean" "integer" "number" "text" "instant" "text_list" "json"
};

// What the child says before the first row.
struct SourceSchema {
    std::string format;                    // a row's name in the table of formats
    std::string layer;                     // the file's layer that is read
    std::vector<std::string> other_layers; // in the file too
    std::string crs;                       // "EPSG:4326", a WKT2 text, or empty when the file doesn't say
    std::string geometry;                  // "point", "line", "polygon", "any", "none"
    std::optional<std::int64_t> feature_count;
    bool counts_lines = false; // a row's "line" is a line of the text; else the number of the feature
    std::vector<SourceField> fields;
};

struct RowFault {
    std::int64_t line = 0;
    std::string field;
    std::string reason;
};

// What the child may use up.
struct ReadLimits {
    std::uint64_t memory_bytes = 1536ull << 20;
    double cpu_s = 20;
    double cpu_s_per_mb = 0.2;
};

struct ReadOptions {
    std::string source_layer;                                // empty: the only one, or the first
    std::string x_column, y_column, wkt_column, mgrs_column; // empty: guessed by name for CSV
    std::int64_t skip_rows = 0;                              // resume a stopped import
    std::string declared_name; // the name the user gave the file; its extension is a hint, never a path
    ReadLimits limits;
};

struct ReadResult {
    std::int64_t rows = 0; // given to on_rows; rows + faults = what was read after skip_rows
    std::int64_t faults = 0;
};

// Reads `path` in a child. `on_schema` once, then `on_rows` in batches of at most 1 000 in the file's order;
// both on the calling thread; either may throw, which ends the child. on_fault: rows that could not be read. Before
// each batch come the faults of the rows up to its last one and no others, so after a batch the rows and faults so far
// are a position in the file (skip_rows). Thread-safe.
// Errors: unsupported_format (no driver of the allow-list takes it; VRT), unreadable_file, invalid_input (zip slip,
// DOCTYPE, nested archive, endless view), too_large (zip bomb, memory or CPU limit of the child).
ReadResult read(const std::string& path, const ReadOptions& options,
                const std::function<void(const SourceSchema&)>& on_schema,
                const std::function<void(std::vector<geo::RawFeature>)>& on_rows,
                const std::function<void(const RowFault&)>& on_fault);

// For main(): if this process was started as the reading child, does that work and returns its exit code.
std::optional<int> run_child_if_asked(int argc, char** argv);

// The formats that can be read, for help texts and OpenAPI.
struct FormatInfo {
    std::string name;
    std::string title;
    std::vector<std::string> extensions;
};
const std::vector<FormatInfo>& formats();

} // namespace layers::ingest
