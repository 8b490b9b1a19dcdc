// The review queue: pairs of reports that a person should judge, who looks at which, and a report's candidates.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> review_endpoints();

} // namespace server
