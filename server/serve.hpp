// `sarhad serve`: configuration, the parts, the listener, until a signal.
#pragma once

namespace server {

int serve_command(int argc, char** argv); // argv[0] is the verb

} // namespace server
