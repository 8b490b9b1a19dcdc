// A whole file mapped for reading, and a file written so that a crash leaves the old one or the new one, never a half.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace geo::wrap {

// Immutable once made; unmapped with the last owner. A writer must replace such a file by rename, never in place.
struct MappedFile {
    std::shared_ptr<const void> owner;
    std::span<const std::byte> bytes;
};
std::optional<MappedFile> map_file(const std::string& path); // nothing when it isn't there or is empty

// Memory of its own, apart from the heap: given back to the system whole when its last owner ends. Zeros, taken from
// the system as they are written; `most` may be far more than will be. Throws std::bad_alloc.
struct Memory {
    std::shared_ptr<const void> owner;
    std::span<std::byte> bytes;
};
Memory reserve_memory(std::size_t most);
Memory keep_memory(Memory memory, std::size_t bytes); // its first bytes; a little goes to the heap

// Writes beside `path`, syncs, renames over it, syncs the folder. Error{storage_full, storage_failed}.
void write_file_atomically(const std::string& path, const std::vector<std::span<const std::byte>>& parts);

} // namespace geo::wrap
