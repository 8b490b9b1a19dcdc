// The OpenAPI 3.0 document of all endpoints, made from their rows.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> openapi_endpoints();

} // namespace server
