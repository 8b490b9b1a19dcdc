// What a ZIP says it holds, judged before anything is unpacked. Reads the central directory only (APPNOTE 6.3.10).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace layers::ingest {

struct ZipEntry {
    std::string name;
    std::uint64_t packed = 0;
    std::uint64_t unpacked = 0;
};

// The files of the archive, folders left out. Error{invalid_input}: a name that leaves its folder, a link, an archive
// within, a locked entry. Error{too_large}: over 2 000 entries, over 2 GB unpacked, over 10 MB that unpacks to more
// than 200 times its size, entries that share bytes. Error{unreadable_file}: damaged.
std::vector<ZipEntry> check_zip(int descriptor, std::int64_t size);

} // namespace layers::ingest
