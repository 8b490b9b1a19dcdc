// Relief as pictures: /raster/{layer}/{z}/{x}/{y}.png.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> raster_endpoints();

} // namespace server
