// Counters for Prometheus.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> metrics_endpoints();

} // namespace server
