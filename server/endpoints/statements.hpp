// POST of a statement: to reports a correction, grading, validation, withdrawal or reinstatement; to fences and
// crossing points a state. How they are kept and what they do to the row is layers/model/statements.hpp's business.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> statement_endpoints();

} // namespace server
