// `sarhad token create`: a bearer token for an account, shown once.
#pragma once

namespace server::commands {

int token_command(int argc, char** argv); // argv[0] is the verb

} // namespace server::commands
