// POST /import: a file into a collection, as a job.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> import_endpoints();

} // namespace server
