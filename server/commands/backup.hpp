// `sarhad backup` and `sarhad restore`: everything as it was at one moment, and back.
#pragma once

namespace server::commands {

int backup_command(int argc, char** argv); // argv[0] is the verb
int restore_command(int argc, char** argv);

} // namespace server::commands
