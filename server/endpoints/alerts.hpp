// Alerts: the list that a desk works through, the steps people take, the rules and their dry run.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> alert_endpoints();

} // namespace server
