// Judgements about pairs of reports: reading them, and adding one that nothing contradicts.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> judgement_endpoints();

} // namespace server
