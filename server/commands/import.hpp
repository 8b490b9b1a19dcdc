// `sarhad import`: files into a layer, with progress and a report by row.
#pragma once

namespace server::commands {

int import_command(int argc, char** argv); // argv[0] is the verb

} // namespace server::commands
