// The lock file of a data directory: one process at a time works on it, and the others can find out which and, when it
// is a server, where it listens. Knows files, no database.
#pragma once

#include <optional>
#include <string>

namespace layers::store {

inline constexpr const char* kLockName = "sarhad.lock";

// Held as long as the object lives; the system lets go of it when the process dies, however it dies.
class DataLock {
public:
    // Makes the directory when it is missing. Error{busy} with the holder's process number when it is taken,
    // Error{storage_failed} when the directory can't be used. `read_only_too`: a directory that can't be written is
    // locked as well as it can be: by its lock file, where there is one.
    explicit DataLock(const std::string& data_dir, bool read_only_too = false);
    ~DataLock();
    DataLock(const DataLock&) = delete;
    DataLock& operator=(const DataLock&) = delete;
    bool read_only() const { return read_only_; }

private:
    int file_ = -1;
    bool read_only_ = false;
};

struct LockHolder {
    long process = 0;
    std::string address; // "http://127.0.0.1:8080" once a server announced itself, else empty
};

// Who holds the directory now; nothing when nobody does.
std::optional<LockHolder> lock_holder(const std::string& data_dir);

// For the holder: writes its address into the lock file, for the other verbs of the command line.
void announce(const std::string& data_dir, const std::string& address);

} // namespace layers::store
