// The full check behind `sarhad check`: the file's structure, the counts, and every audit leaf against its change and
// the payload that is still there.
#pragma once

#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "layers/store/store.hpp"

namespace layers::store {

// In one snapshot. Error{storage_failed} naming the first fault.
CheckReport check_database(Connection& connection, const Schema& schema);

} // namespace layers::store
