#include "layers/store/spatialite/data_lock.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;

std::string lock_path(const std::string& data_dir) {
    return data_dir + "/" + kLockName;
}

// "PROCESS ADDRESS\n"; padded so that rewriting it in place never leaves a longer old tail.
bool write_holder(int file, const std::string& address) {
    std::string line = std::to_string(::getpid()) + " " + address;
    line.resize(std::max<std::size_t>(line.size(), 127), ' ');
    line += '\n';
    return ::pwrite(file, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

LockHolder read_holder(int file) {
    char bytes[512];
    const ssize_t count = ::pread(file, bytes, sizeof bytes - 1, 0);
    bytes[count > 0 ? count : 0] = '\0';
    LockHolder holder;
    char* end = bytes;
    holder.process = std::strtol(bytes, &end, 10);
    std::string_view rest{end};
    const auto from = rest.find_first_not_of(' ');
    if (from != rest.npos) holder.address = rest.substr(from, rest.find_first_of(" \n", from) - from);
    return holder;
}

} // namespace

DataLock::DataLock(const std::string& data_dir, bool read_only_too) {
    std::error_code trouble;
    // What is wrong with the folder, open says below. One that we make is its owner's alone.
    std::filesystem::create_directories(std::filesystem::path{data_dir}.parent_path(), trouble);
    ::mkdir(data_dir.c_str(), 0700);
    file_ = ::open(lock_path(data_dir).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0 && read_only_too && (errno == EROFS || errno == EACCES)) {
        read_only_ = true;
        file_ = ::open(lock_path(data_dir).c_str(), O_RDONLY | O_CLOEXEC);
        // Without a lock file nobody has ever worked here, or a copy was made without it: nothing to wait for.
        if (file_ < 0 && errno == ENOENT) return;
    }
    if (file_ < 0) throw Error{ErrorCode::storage_failed, "the data directory can't be written"};
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        const bool taken = errno == EWOULDBLOCK;
        const long process = read_holder(file_).process;
        ::close(file_);
        if (!taken) throw Error{ErrorCode::storage_failed, "the data directory can't be locked"};
        throw Error{ErrorCode::busy, "the data directory is in use by process " + std::to_string(process)};
    }
    if (!read_only_) write_holder(file_, ""); // only a note for people: a full disk doesn't stop reading
}

DataLock::~DataLock() {
    // The file stays: removing it could take the lock of one who opened it a moment ago.
    if (file_ >= 0) ::close(file_);
}

std::optional<LockHolder> lock_holder(const std::string& data_dir) {
    const int file = ::open(lock_path(data_dir).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    std::optional<LockHolder> holder;
    if (::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) holder = read_holder(file);
    ::close(file);
    return holder;
}

void announce(const std::string& data_dir, const std::string& address) {
    const int file = ::open(lock_path(data_dir).c_str(), O_WRONLY | O_CLOEXEC);
    const bool written = file >= 0 && write_holder(file, address);
    if (file >= 0) ::close(file);
    if (!written) throw Error{ErrorCode::storage_failed, "the lock file can't be written"};
}

} // namespace layers::store
