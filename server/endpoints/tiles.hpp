// Vector tiles: composite XYZ tiles with TileJSON, and OGC API – Tiles (20-057) by collection.
#pragma once

#include "server/endpoint.hpp"

namespace server {

std::vector<Endpoint> tiles_endpoints();

} // namespace server
