// Files from disk: the map application, fonts, sprites. Nothing outside the two folders, nothing hidden in them.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> static_files_endpoints();

} // namespace server
