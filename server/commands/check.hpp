// `sarhad check`: is the database whole?
#pragma once

namespace server::commands {

int check_command(int argc, char** argv); // argv[0] is the verb; 1 when something is damaged

} // namespace server::commands
