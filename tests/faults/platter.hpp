// What would still be there after a power loss, kept beside the real files: the "platter" of a disk whose cache the
// kernel is. The shim writes it as the server syncs; the test reads it once the server is dead. Knows files and
// directories, no database.
//
// The model is POSIX at its strictest:
// * a file's bytes and length are safe once fsync or fdatasync of it has returned; until then each 512-byte sector may
//   be old or new, each for itself, and the length too;
// * a name (made, renamed, removed) is safe once its directory was synced; until then it may be either;
// * after a sync that failed, what it was to save counts as clean but is not safe: the kernel has dropped it, and no
//   later sync saves it unless it is written again;
// * what is written through a mapping is never safe (SQLite's -shm is the only such file);
// * directories themselves are safe at once.
//
// On the platter: inode/N holds the safe bytes of inode N, name/REL (with '%' for '/') says which inode a name safely
// leads to, live/N is a second link to the real file, so that its number isn't given to another one, dropped/N says
// which pieces a failed sync has dropped.
#pragma once

#include <string>

namespace faults {

inline std::string platter_inode(const std::string& platter, unsigned long inode) {
    return platter + "/inode/" + std::to_string(inode);
}
inline std::string platter_live(const std::string& platter, unsigned long inode) {
    return platter + "/live/" + std::to_string(inode);
}
inline std::string platter_dropped(const std::string& platter, unsigned long inode) {
    return platter + "/dropped/" + std::to_string(inode);
}
inline std::string platter_name(const std::string& platter, std::string relative) {
    for (char& c : relative)
        if (c == '/') c = '%';
    return platter + "/name/" + relative;
}

} // namespace faults
