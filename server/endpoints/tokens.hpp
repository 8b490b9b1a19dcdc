// /tokens: who may come in. For administrators, and for an agency's own administrators.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> tokens_endpoints();

} // namespace server
