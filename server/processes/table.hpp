// One function a process, each in a file of its own; table.cpp is the explicit table of them. Private to this room.
#pragma once

#include "server/processes/process.hpp"

namespace server::processes {

Process fuse();
Process silence();
Process echo();

} // namespace server::processes
