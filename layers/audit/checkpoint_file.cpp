#include "layers/audit/checkpoint_file.hpp"

#include "geo/error.hpp"
#include "geo/wrap/descriptor.hpp"
#include "geo/wrap/mapped_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

namespace layers::audit {
namespace {

using geo::Error, geo::ErrorCode;
using geo::wrap::Descriptor, geo::wrap::sync_folder, geo::wrap::write_all;

[[noreturn]] void fail(const char* message) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    throw Error{full ? ErrorCode::storage_full : ErrorCode::storage_failed, message};
}

constexpr std::size_t kMostKeyBytes = 4096;
constexpr std::size_t kLongestLine = 4096; // a line has some 500 bytes

// The last `at_most` bytes of a file; nothing when there is no such file.
std::optional<std::string> read_tail(const std::string& path, std::size_t at_most) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0 && errno == ENOENT) return {};
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) fail("a file of the audit can't be read");
    const auto size = static_cast<std::size_t>(info.st_size);
    std::string text(std::min(size, at_most), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
        const ssize_t count =
            ::pread(file.get(), text.data() + got, text.size() - got, static_cast<off_t>(size - text.size() + got));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail("a file of the audit can't be read");
        got += static_cast<std::size_t>(count);
    }
    return text;
}

std::unique_ptr<const geo::wrap::SigningKey> key_from(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto seed = geo::wrap::from_hex(text);
    if (!seed || seed->size() != 32) {
        throw Error{ErrorCode::storage_failed, std::string{kKeyName} + " in the data directory holds no key"};
    }
    return std::make_unique<const geo::wrap::SigningKey>(*seed);
}

} // namespace

std::unique_ptr<const geo::wrap::SigningKey> open_key(const std::string& data_dir) {
    const std::string path = data_dir + "/" + kKeyName;
    if (const auto text = read_tail(path, kMostKeyBytes)) {
        struct stat info {};
        if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0) {
            throw Error{ErrorCode::storage_failed,
                        std::string{kKeyName} + " in the data directory may be read by others: chmod 600"};
        }
        return key_from(*text);
    }
    // Whole under its name or not there: a kill halfway leaves only the other file, which the next start replaces.
    const std::string text = geo::wrap::to_hex(geo::wrap::SigningKey::random().seed()) + "\n";
    try {
        geo::wrap::write_file_atomically(path, {std::as_bytes(std::span{text})});
    } catch (const Error&) {
        return nullptr;
    }
    return key_from(text);
}

std::vector<std::string> read_lines(const std::string& data_dir, std::size_t at_most_bytes) {
    const std::string text = read_tail(data_dir + "/" + kCheckpointsName, at_most_bytes).value_or("");
    // A full measure may begin in the middle of a line.
    std::size_t from = text.size() == at_most_bytes ? text.find('\n') + 1 : 0;
    std::vector<std::string> lines;
    for (;;) {
        const auto end = text.find('\n', from);
        if (end == text.npos) return lines;
        lines.push_back(text.substr(from, end - from));
        from = end + 1;
    }
}

void append_line(const std::string& data_dir, std::string_view line) {
    const std::string path = data_dir + "/" + kCheckpointsName;
    const auto tail = read_tail(path, kLongestLine);
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) fail("the checkpoint can't be written");
    off_t whole = info.st_size;
    if (tail && !tail->empty() && tail->back() != '\n') {
        whole -= static_cast<off_t>(tail->size() - (tail->rfind('\n') + 1)); // npos + 1: all of it
        if (::ftruncate(file.get(), whole) != 0) fail("the checkpoint can't be written");
    }
    const bool written = write_all(file.get(), std::string{line} + '\n') && ::fsync(file.get()) == 0;
    if (written && (whole > 0 || sync_folder(data_dir))) return;
    // Else the next try would add a second line of this number behind one that nobody was told of.
    const int why = errno;
    const bool taken_back = ::ftruncate(file.get(), whole) == 0;
    errno = why;
    fail(taken_back ? "the checkpoint can't be written" : "the checkpoint can't be written or taken back");
}

void cut_last_line(const std::string& data_dir) {
    const std::string path = data_dir + "/" + kCheckpointsName;
    const std::string tail = read_tail(path, 2 * kLongestLine).value_or("");
    const auto end = tail.rfind('\n');
    if (end == tail.npos) return;
    const auto before = end == 0 ? tail.npos : tail.rfind('\n', end - 1);
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) fail("the checkpoints can't be mended");
    const auto cut = static_cast<off_t>(tail.size() - (before + 1)); // npos + 1: all of it
    if (::ftruncate(file.get(), info.st_size - cut) != 0 || ::fsync(file.get()) != 0)
        fail("the checkpoints can't be mended");
}

} // namespace layers::audit
