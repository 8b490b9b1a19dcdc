// What changes, as it happens (/events) and as pages (/changes).
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> events_endpoints();

} // namespace server
