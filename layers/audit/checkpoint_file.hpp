// Where checkpoints and the key that signs them are kept: two files in the data directory, beside the database, so that
// who changes the database alone changes neither. Knows files, no store.
//
// What this proves and what not: somebody who may write the whole directory and read the key can forge all of it. An
// auditor who copies the newest line elsewhere from time to time (`sarhad audit verify --against`) finds that too.
#pragma once

#include "geo/wrap/crypto.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace layers::audit {

inline constexpr const char* kKeyName = "sarhad.key";
inline constexpr const char* kCheckpointsName = "sarhad.checkpoints";

// The directory's key, made at the first call: 64 hexadecimal digits in a file that only its owner may read (0600).
// Null when there is none and none can be made (a directory that can't be written). Error{storage_failed} for a file
// that holds no key or that others may read.
std::unique_ptr<const geo::wrap::SigningKey> open_key(const std::string& data_dir);

// The whole lines among the last bytes, oldest first; none when there is no file. A last line without its end was cut
// short by a kill while it was written: it is left out. Error{storage_failed} when the file can't be read.
std::vector<std::string> read_lines(const std::string& data_dir, std::size_t at_most_bytes = SIZE_MAX);

// Adds a line, durable on return; a rest of a line that was cut short is taken away first. Error{storage_full,
// storage_failed}: then the file is as it was, or ends in such a rest.
void append_line(const std::string& data_dir, std::string_view line);

// Takes the last whole line away, which a power loss has torn: its length was on the disk and its bytes were not.
void cut_last_line(const std::string& data_dir);

} // namespace layers::audit
