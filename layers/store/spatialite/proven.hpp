// Reading a row back together with the proof that it is what was written: SQLite has no checksums, so a byte that
// changed on the disk would be served as if somebody had reported it. Knows rows, the change log and leaves.
#pragma once

#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/layer_table.hpp"
#include "layers/store/store.hpp"

namespace layers::store {

// The record on which `row` (one of the table's row statements) stands. Error{storage_failed} when it isn't what the
// change log and the audit leaf of its seq say: id, version, operation, time, and the payload's digest.
Record read_proven(Connection& connection, const LayerTable& table, const geo::wrap::Statement& row);

} // namespace layers::store
