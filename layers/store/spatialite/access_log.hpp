// Reading and writing the access log, the second log under the audit: what happened that changed no row. Knows its
// table, not who asks.
#pragma once

#include "layers/audit/verify.hpp"
#include "layers/store/spatialite/connection.hpp"

#include <vector>

namespace layers::store {

// Writes the next line; the caller's transaction. `now` is raised where the clock fell behind the line before. Returns
// the line's number.
std::int64_t append_access(Connection& connection, audit::Access access, geo::Instant now);

// Lines with their hashes as stored, ascending.
std::vector<audit::AccessEntry> read_accesses(Connection& connection, std::int64_t after, std::size_t limit);

} // namespace layers::store
