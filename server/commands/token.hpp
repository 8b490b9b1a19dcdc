// `sarhad token create|list|revoke`: bearer tokens of accounts, each shown once.
#pragma once

namespace server::commands {

int token_command(int argc, char** argv); // argv[0] is the verb

} // namespace server::commands
