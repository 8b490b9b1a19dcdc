// `sarhad fuse`: which reports of a text table are of the same event, with the reasons; no server, no store.
#pragma once

namespace server::commands {

int fuse_command(int argc, char** argv); // argv[0] is the verb

} // namespace server::commands
