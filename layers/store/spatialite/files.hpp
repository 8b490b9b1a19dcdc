// Small things with whole files that must be on the disk when they are done. Knows no database. Errors of all:
// storage_full, storage_failed, without a path.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace layers::store {

// Private to its owner (0600), durable on return but for its name: see sync_folder.
void write_file(const std::string& path, std::string_view bytes);
// At most 64 MB.
std::string read_file(const std::string& path);

struct HashedFile {
    std::uint64_t bytes = 0;
    std::string sha256; // hexadecimal
};
// Reads the whole file, and has it on the disk. `go_on(share)` false: Error{cancelled}.
HashedFile hash_and_sync(const std::string& path, const std::function<bool(double share)>& go_on = {});

void sync_folder(const std::string& path); // names in it are durable

} // namespace layers::store
