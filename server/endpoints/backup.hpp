// /backups: a copy of everything as it is at one moment, made beside readers and writers and fetched file by file.
#pragma once

#include "server/endpoint.hpp"

#include <vector>

namespace server {

std::vector<Endpoint> backup_endpoints();

} // namespace server
