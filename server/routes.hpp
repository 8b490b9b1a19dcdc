// The explicit list of everything the server answers.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> all_endpoints();

} // namespace server
