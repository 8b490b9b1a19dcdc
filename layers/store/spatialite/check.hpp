// The full check behind `sarhad check` and `sarhad audit verify`: the file's structure, the counts, every audit leaf
// against its change and the payload that is still there, the roots against every checkpoint.
#pragma once

#include "layers/audit/proof.hpp"
#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "layers/store/store.hpp"

#include <string>
#include <vector>

namespace layers::store {

// All in the caller's snapshot. `checkpoint_lines`: of the file beside the database, of the same moment.

// Error{storage_failed} naming the first fault.
CheckReport check_database(Connection& connection, const Schema& schema,
                           const std::vector<std::string>& checkpoint_lines, const Watch& watch);

AuditReport verify_database_audit(Connection& connection, const Schema& schema,
                                  const std::vector<std::string>& checkpoint_lines, const Watch& watch);

// The change log as the audit has it.
std::vector<audit::Leaf> read_leaves(Connection& connection, const Schema& schema, Seq after, std::size_t limit);

// That the change stands under the checkpoint, which covers it. Error{not_found} for a seq that no change has.
audit::Proof prove_change(Connection& connection, const Schema& schema, Seq seq, const std::string& checkpoint_line);

} // namespace layers::store
