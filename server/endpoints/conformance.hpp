// Which standards this server keeps (OGC API – Features Part 1, 7.4).
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> conformance_endpoints();

} // namespace server
