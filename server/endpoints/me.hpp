// Who the caller is to this server: what a page shows beside "signed in as", and what it need not offer.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> me_endpoints();

} // namespace server
