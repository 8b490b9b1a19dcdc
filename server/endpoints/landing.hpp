// The way in: what this server is and where everything else starts (OGC API – Features Part 1, 7.2).
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> landing_endpoints();

} // namespace server
