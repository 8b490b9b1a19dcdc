// /processes: what can be computed, and running it at once or as a job (OGC API – Processes 18-062r2, 7.8 to 7.11).
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> processes_endpoints();

} // namespace server
