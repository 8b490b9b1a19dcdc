// Every version of an item: who, when, what.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> history_endpoints();

} // namespace server
