// An event taken apart: its reports, why this place and time, who judged what; and what is said of it as a whole.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> event_why_endpoints();

} // namespace server
