// Is the process alive, and can it do its work.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> health_endpoints();

} // namespace server
