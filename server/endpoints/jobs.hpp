// /jobs: how far long work is, its report, and stopping it (OGC API – Processes 18-062r2, 7.11 to 7.13).
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> jobs_endpoints();

} // namespace server
