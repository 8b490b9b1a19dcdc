// /collections/{id}/items: features by page and one by one. OGC API – Features Parts 1, 2 and 3 for reading.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> items_endpoints();

} // namespace server
