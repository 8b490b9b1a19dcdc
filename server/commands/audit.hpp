// `sarhad audit verify|prove|confirm|checkpoint`: what the signed log proves.
#pragma once

namespace server::commands {

int audit_command(int argc, char** argv); // argv[0] is the verb; 1 when something is not whole

} // namespace server::commands
