// The version table of one layer: its name, columns and statements, made from the schema alone. The only place that
// writes identifiers into SQL, each quoted and each from the model. Knows SQL text, runs none.
//
// Names: versions_<layer> holds every version, current_<layer> is a view of today's rows for other programs. Columns of
// the store start with "_", which no field's name does (snake_case starts with a letter).
#pragma once

#include "layers/audit/leaf.hpp"
#include "layers/model/layer.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace layers::store {

// Columns of every SELECT of rows, in this order; then the fields in the schema's order, then the geometry.
namespace column {
enum : int { seq_from, seq_to, id, version, removed, account, salt, fields };
}
// Columns of `head`: what a write must know of the row it supersedes.
namespace head {
enum : int { seq_from, version, removed, min_x, min_y, max_x, max_y, agency, handling, releasable_to, scenario_id };
}
// Parameters of `insert`; the fields follow, then the geometry.
namespace parameter {
enum : int { seq_from = 1, id, version, removed, account, salt, min_x, min_y, max_x, max_y, fields };
}

// Immutable and shared between threads.
struct LayerTable {
    LayerTable(std::shared_ptr<const Layer> schema, std::int64_t layer_number);

    std::shared_ptr<const Layer> layer;
    std::int64_t number; // in the change log
    audit::PayloadDigester digester;

    std::string insert;    // parameter::*
    std::string supersede; // ?1 seq_to, ?2 seq_from
    std::string head;      // ?1 id -> head::*
    std::string by_seq;    // ?1 seq_from
    std::string current;   // ?1 id, not removed
    std::string at;        // ?1 id, ?2 seq, not removed
    std::string history;   // ?1 id, oldest first
    // ?1 id after which, ?2 seq; in a box also ?3 min_x ?4 min_y ?5 max_x ?6 max_y. Ascending id, not removed.
    std::string scan_current, scan_current_in_box;
    std::string scan_at, scan_at_in_box;
    std::string count_current;
};

std::string quoted(const std::string& identifier);
std::string versions_name(const Layer& layer);
std::string current_name(const Layer& layer);

// The statements that make the table, its indexes, its view and their entries in SpatiaLite's tables of geometry.
std::string create_sql(const Layer& layer);
// Adds the column of a field that the schema has gained.
std::string add_column_sql(const Layer& layer, const Field& field);
// The view again, after its table has gained columns.
std::string recreate_view_sql(const Layer& layer);

} // namespace layers::store
