// The one place where the parts become a server: store, index, tiles, jobs, routes into an AppContext.
#pragma once

#include "server/endpoint.hpp"

#include <memory>

namespace server {

// Opens everything that config names. Error as the parts throw them; nothing half-open is left behind.
std::shared_ptr<AppContext> assemble(Config config);

} // namespace server
