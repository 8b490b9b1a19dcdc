#include "layers/store/spatialite/files.hpp"

#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"
#include "geo/wrap/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode, geo::wrap::Descriptor;

constexpr std::size_t kBuffer_bytes = 1 << 20;
constexpr std::size_t kMost_bytes = 64u << 20;

[[noreturn]] void fail(const char* message) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    throw Error{full ? ErrorCode::storage_full : ErrorCode::storage_failed, message};
}

Descriptor opened(const std::string& path, int flags) {
    Descriptor file{::open(path.c_str(), flags | O_CLOEXEC, 0600)};
    if (file.get() < 0) fail("a file can't be opened");
    return file;
}

// False at the end.
bool read_some(int file, std::string& buffer) {
    for (;;) {
        const ssize_t count = ::read(file, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("a file can't be read");
        buffer.resize(static_cast<std::size_t>(count));
        return count > 0;
    }
}

} // namespace

void write_file(const std::string& path, std::string_view bytes) {
    const auto file = opened(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!geo::wrap::write_all(file.get(), bytes) || ::fsync(file.get()) != 0) fail("a file can't be written");
}

std::string read_file(const std::string& path) {
    const auto file = opened(path, O_RDONLY);
    std::string text, buffer;
    for (buffer.resize(kBuffer_bytes); read_some(file.get(), buffer); buffer.resize(kBuffer_bytes)) {
        text += buffer;
        if (text.size() > kMost_bytes) throw Error{ErrorCode::too_large, "a file is too large for what it should be"};
    }
    return text;
}

HashedFile hash_and_sync(const std::string& path, const std::function<bool(double)>& go_on) {
    const auto file = opened(path, O_RDONLY);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0 || ::fsync(file.get()) != 0) fail("a file can't be brought to the disk");
    geo::wrap::Sha256 hash;
    HashedFile found;
    std::string buffer;
    for (buffer.resize(kBuffer_bytes); read_some(file.get(), buffer); buffer.resize(kBuffer_bytes)) {
        hash.add(buffer);
        found.bytes += buffer.size();
        const double share =
            info.st_size > 0 ? static_cast<double>(found.bytes) / static_cast<double>(info.st_size) : 1;
        if (go_on && !go_on(share)) throw Error{ErrorCode::cancelled, "stopped"};
    }
    found.sha256 = geo::wrap::to_hex(hash.finish());
    return found;
}

void sync_folder(const std::string& path) {
    if (!geo::wrap::sync_folder(path)) fail("a folder can't be brought to the disk");
}

} // namespace layers::store
