// An import through the server that holds the data directory: the file is sent to it, its job watched to the end.
#pragma once

#include "server/commands/progress.hpp"
#include "server/jobs/import.hpp"

#include <string>

namespace server::commands {

// `mapping` is the name of a built-in one, or empty. The token comes from the environment (SARHAD_TOKEN). A stop
// dismisses the job. Errors: what the server says, by its status.
jobs::ImportReport import_through(const std::string& address, const std::string& file,
                                  const jobs::ImportOptions& options, const std::string& mapping, Progress& progress);

} // namespace server::commands
