// The map styles over HTTP: for each caller, only the layers it may read.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> styles_endpoints();

} // namespace server
