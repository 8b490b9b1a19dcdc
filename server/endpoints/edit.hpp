// Writing features: OGC API – Features Part 4 (20-002r1) with optimistic locking, appended statements, history.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> edit_endpoints();

} // namespace server
