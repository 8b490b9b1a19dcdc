// A set of files as one: POSIX tar (ustar, IEEE Std 1003.1 pax), which every system unpacks. Writes and reads plain
// files by name only. Errors: storage_full, storage_failed, unreadable_file.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace server::commands {

// Into a new file (0600) that must not exist, durable on return. Names are those of files in `folder`.
void write_tar(const std::string& path, const std::string& folder, const std::vector<std::string>& names);

// Unpacks into `folder` what is named in `names` and refuses everything else: other names, links, a file twice, an
// archive cut short.
void read_tar(const std::string& path, const std::string& folder, const std::vector<std::string>& names,
              const std::function<void(double share)>& progress = {});

} // namespace server::commands
