// Reading and writing the change log and its audit leaves. Knows the tables, not who asks.
#pragma once

#include "layers/audit/leaf.hpp"
#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "layers/store/store.hpp"

#include <vector>

namespace layers::store {

// Writes the log line and its leaf; the caller's transaction.
void append_change(Connection& connection, const Change& change, std::int64_t layer_number, const std::string& account,
                   const audit::Hash& payload);

std::vector<Change> read_changes(Connection& connection, const Schema& schema, Seq after, std::size_t limit);

struct LogEnd {
    Seq seq = 0;
    geo::Instant recorded_at{INT64_MIN};
};
LogEnd log_end(Connection& connection);
Seq seq_recorded_by(Connection& connection, geo::Instant t); // binary search: recorded_at never falls

audit::Leaf leaf_of(const Change& change, const std::string& account, const audit::Hash& payload);

} // namespace layers::store
