// /collections and what describes one: OGC API – Features Part 1, queryables of Part 3, schema of Part 5.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> collections_endpoints();

} // namespace server
