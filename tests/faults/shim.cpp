// Loaded before the C library into a server under test: counts what it does to its data directory and makes it fail
// as a disk, a file system or a clock may fail, when the page of control.hpp says so. The functions of the C library
// that change files stand here once more, under their own names; each asks, does the real thing, and notes what is not
// yet safe (platter.hpp). Long because each of them has to be here, in all its spellings.
#include "tests/faults/control.hpp"
#include "tests/faults/platter.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using faults::Control;

// ---- the real functions --------------------------------------------------------------------------------------------

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

using Open = int(const char*, int, ...);
using OpenAt = int(int, const char*, int, ...);
using Write = ssize_t(int, const void*, size_t);
using Pwrite = ssize_t(int, const void*, size_t, off_t);
using Truncate = int(int, off_t);
using OnFile = int(int);
using OnName = int(const char*);

struct Real {
    Open* open = real<Open>("open");
    OpenAt* openat = real<OpenAt>("openat");
    Write* write = real<Write>("write");
    Pwrite* pwrite = real<Pwrite>("pwrite");
    Truncate* ftruncate = real<Truncate>("ftruncate");
    OnFile* fsync = real<OnFile>("fsync");
    OnFile* fdatasync = real<OnFile>("fdatasync");
    OnFile* close = real<OnFile>("close");
    OnName* unlink = real<OnName>("unlink");
    OnName* remove = real<OnName>("remove");
    int (*rename)(const char*, const char*) = real<int(const char*, const char*)>("rename");
    int (*mkdir)(const char*, mode_t) = real<int(const char*, mode_t)>("mkdir");
    int (*clock_gettime)(clockid_t, timespec*) = real<int(clockid_t, timespec*)>("clock_gettime");
};

Real& libc() {
    static Real functions;
    return functions;
}

// ---- state ---------------------------------------------------------------------------------------------------------

using Pieces = std::vector<std::pair<off_t, off_t>>; // from, to

// What of one inode was written since it was last synced.
struct Unsafe {
    Pieces pieces;
    off_t cut = -1;        // the shortest it has been; negative: never cut
    bool complete = false; // all of it was written by this process: another's may lie in the kernel's cache too
};

struct State {
    Control* control = nullptr;
    std::string data, platter;
    std::mutex mutex;
    std::map<ino_t, Unsafe> unsafe;
};

// Never destroyed: threads write until the very end.
State& state() {
    static State* only = new State;
    return *only;
}

constexpr int kFiles = 65'536;
std::array<std::atomic<bool>, kFiles> ours; // descriptors of files under the data directory

bool is_ours(int file) {
    return file >= 0 && file < kFiles && ours[static_cast<std::size_t>(file)].load(std::memory_order_relaxed);
}

bool is_ours(const char* path) {
    const std::string& data = state().data;
    return state().control && std::strncmp(path, data.c_str(), data.size()) == 0 &&
           (path[data.size()] == '/' || path[data.size()] == '\0');
}

__attribute__((constructor)) void start() {
    libc();
    const char* control = std::getenv(faults::kControlVariable);
    const char* data = std::getenv(faults::kDataVariable);
    if (!control || !data) return;
    const int file = libc().open(control, O_RDWR | O_CLOEXEC);
    if (file < 0) std::abort();
    void* page = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) std::abort();
    libc().close(file);
    state().data = data;
    if (const char* platter = std::getenv(faults::kPlatterVariable)) state().platter = platter;
    state().control = static_cast<Control*>(page);
}

// ---- faults --------------------------------------------------------------------------------------------------------

// Counts one operation. True: this is the one in which the process dies.
bool is_last_operation() {
    Control& control = *state().control;
    return ++control.operations == control.kill_at;
}

void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

bool read_only() {
    if (state().control->read_only == 0) return false;
    ++state().control->refused_writes;
    errno = EROFS;
    return true;
}

void count_operation() {
    if (is_last_operation()) die();
}

// How many of the bytes that would make the file longer there is space for. Takes them.
off_t take_space(off_t wanted) {
    auto& space = state().control->space;
    std::int64_t left = space;
    while (left >= 0 && wanted > 0) {
        const std::int64_t taken = std::min<std::int64_t>(left, wanted);
        if (space.compare_exchange_weak(left, left - taken)) return taken;
    }
    return wanted;
}

void give_space(off_t bytes) {
    auto& space = state().control->space;
    std::int64_t left = space;
    while (left >= 0 && !space.compare_exchange_weak(left, left + bytes)) {}
}

// ---- the platter ---------------------------------------------------------------------------------------------------

void note_written(ino_t inode, off_t from, off_t to) {
    if (state().platter.empty() || from >= to) return;
    const std::lock_guard lock{state().mutex};
    state().unsafe[inode].pieces.emplace_back(from, to);
}

void note_cut(ino_t inode, off_t length) {
    if (state().platter.empty()) return;
    const std::lock_guard lock{state().mutex};
    Unsafe& unsafe = state().unsafe[inode];
    unsafe.cut = unsafe.cut < 0 ? length : std::min(unsafe.cut, length);
}

void copy_piece(int from, int to, off_t begin, off_t end) {
    std::array<char, 65'536> buffer;
    while (begin < end) {
        const auto wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(end - begin));
        const ssize_t got = ::pread(from, buffer.data(), wanted, begin);
        if (got <= 0) return; // cut meanwhile
        if (libc().pwrite(to, buffer.data(), static_cast<std::size_t>(got), begin) != got) std::abort();
        begin += got;
    }
}

// After a sync that failed: for the next processes, which find it in the cache.
void drop(ino_t inode, Pieces& pieces) {
    if (state().platter.empty()) return;
    const int to = libc().open(faults::platter_dropped(state().platter, inode).c_str(),
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const auto size = static_cast<ssize_t>(pieces.size() * sizeof(Pieces::value_type));
    if (to < 0 || libc().write(to, pieces.data(), static_cast<std::size_t>(size)) != size) std::abort();
    libc().close(to);
    pieces.clear();
}

// All of a file that was not dropped.
Pieces all_pieces(const struct stat& about) {
    Pieces dropped;
    const int from = libc().open(faults::platter_dropped(state().platter, about.st_ino).c_str(), O_RDONLY | O_CLOEXEC);
    Pieces::value_type piece;
    while (from >= 0 && ::read(from, &piece, sizeof piece) == sizeof piece) dropped.push_back(piece);
    if (from >= 0) libc().close(from);
    std::ranges::sort(dropped);
    Pieces pieces;
    off_t at = 0;
    for (const auto& [begin, end] : dropped) {
        if (begin > at) pieces.emplace_back(at, begin);
        at = std::max(at, end);
    }
    pieces.emplace_back(at, about.st_size);
    return pieces;
}

void save_file(int file, const struct stat& about) {
    const std::lock_guard lock{state().mutex};
    Unsafe unsafe = std::exchange(state().unsafe[about.st_ino], {{}, -1, true});
    if (!unsafe.complete) std::ranges::copy(all_pieces(about), std::back_inserter(unsafe.pieces));
    const std::string path = faults::platter_inode(state().platter, about.st_ino);
    const int to = libc().open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (to < 0) std::abort();
    if (unsafe.cut >= 0 && libc().ftruncate(to, unsafe.cut) != 0) std::abort();
    if (libc().ftruncate(to, about.st_size) != 0) std::abort();
    // Through a description of its own: the server's may be for writing only.
    const int from = libc().open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY | O_CLOEXEC);
    if (from < 0) std::abort();
    for (const auto& [begin, end] : unsafe.pieces) copy_piece(from, to, begin, std::min(end, about.st_size));
    libc().close(from);
    libc().close(to);
}

// At once or not at all: the process may be killed at any time.
void save_name(const std::string& relative, ino_t inode) {
    const std::string number = std::to_string(inode);
    const std::string path = faults::platter_name(state().platter, relative), beside = state().platter + "/beside";
    const int to = libc().open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0 || libc().write(to, number.data(), number.size()) < 0) std::abort();
    libc().close(to);
    if (libc().rename(beside.c_str(), path.c_str()) != 0) std::abort();
}

// The names in one directory, and that no others are in it.
void save_directory(int file) {
    std::array<char, 4096> buffer{};
    const ssize_t length =
        ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), buffer.data(), buffer.size() - 1);
    const std::string path{buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
    const std::string& data = state().data;
    if (path.size() < data.size()) return;
    const std::string prefix = path == data ? "" : path.substr(data.size() + 1) + "/";
    const std::lock_guard lock{state().mutex};
    DIR* there = ::opendir(path.c_str());
    while (there) {
        const dirent* entry = ::readdir(there);
        if (!entry) break;
        if (entry->d_type == DT_REG) save_name(prefix + entry->d_name, entry->d_ino);
    }
    if (there) ::closedir(there);
    DIR* names = ::opendir((state().platter + "/name").c_str());
    while (names) {
        const dirent* entry = ::readdir(names);
        if (!entry) break;
        std::string relative = entry->d_name;
        std::ranges::replace(relative, '%', '/');
        const bool here = relative.starts_with(prefix) && relative.find('/', prefix.size()) == std::string::npos;
        if (entry->d_type == DT_REG && here && ::access((data + "/" + relative).c_str(), F_OK) != 0)
            libc().unlink(faults::platter_name(state().platter, relative).c_str());
    }
    if (names) ::closedir(names);
}

// ---- what the functions share --------------------------------------------------------------------------------------

int opened(int file, const char* path, int flags) {
    if (file < 0 || file >= kFiles || !is_ours(path)) return file;
    ours[static_cast<std::size_t>(file)] = true;
    struct stat about {};
    if (state().platter.empty() || ::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) return file;
    const bool linked = ::link(path, faults::platter_live(state().platter, about.st_ino).c_str()) == 0;
    if (!linked && errno != EEXIST) std::abort();
    if (flags & O_TRUNC) note_cut(about.st_ino, 0);
    return file;
}

// Whether the call may go on.
bool may_open(const char* path, int flags) {
    if ((flags & O_ACCMODE) == O_RDONLY || !is_ours(path)) return true;
    if (read_only()) return false;
    if (flags & (O_CREAT | O_TRUNC)) count_operation();
    return true;
}

mode_t mode_of(int flags, va_list arguments) {
    const bool makes_file = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return makes_file ? va_arg(arguments, mode_t) : 0;
}

template <typename Writing> // writes the first N bytes
ssize_t write_ours(int file, off_t offset, size_t size, Writing writing) {
    if (read_only()) return -1;
    struct stat about {};
    if (::fstat(file, &about) != 0) return -1;
    if (offset < 0) offset = (::fcntl(file, F_GETFL) & O_APPEND) != 0 ? about.st_size : ::lseek(file, 0, SEEK_CUR);
    const off_t end = offset + static_cast<off_t>(size);
    const off_t growth = std::max<off_t>(0, end - about.st_size);
    const off_t granted = take_space(growth);
    const auto possible = static_cast<off_t>(size) - (growth - granted);
    if (possible <= 0 && size > 0) {
        ++state().control->refused_writes;
        errno = ENOSPC;
        return -1;
    }
    const bool last = is_last_operation();
    const ssize_t written = writing(static_cast<size_t>(last ? possible / 2 : possible));
    if (last) die();
    if (written > 0) note_written(about.st_ino, offset, offset + written);
    return written;
}

int truncate_ours(int file, off_t length) {
    if (read_only()) return -1;
    struct stat about {};
    if (::fstat(file, &about) != 0) return -1;
    if (length > about.st_size && take_space(length - about.st_size) < length - about.st_size) {
        errno = ENOSPC;
        return -1;
    }
    count_operation();
    const int code = libc().ftruncate(file, length);
    if (code == 0 && length < about.st_size) {
        give_space(about.st_size - length);
        note_cut(about.st_ino, length);
    }
    return code;
}

int sync_ours(int file, OnFile* really) {
    Control& control = *state().control;
    count_operation();
    struct stat about {};
    if (::fstat(file, &about) != 0) return -1;
    const std::int64_t number = ++control.syncs;
    if (number >= control.fail_sync_from && number <= control.fail_sync_to) {
        ++control.failed_syncs;
        const std::lock_guard lock{state().mutex};
        drop(about.st_ino, state().unsafe[about.st_ino].pieces);
        errno = EIO;
        return -1;
    }
    if (state().platter.empty()) return really(file);
    if (S_ISDIR(about.st_mode))
        save_directory(file);
    else
        save_file(file, about);
    return 0;
}

// Of a name that goes: true when the call may go on.
bool may_change_name(const char* path) {
    if (!is_ours(path)) return true;
    if (read_only()) return false;
    count_operation();
    return true;
}

} // namespace

// ---- under the C library's names -----------------------------------------------------------------------------------

extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return may_open(path, flags) ? opened(libc().open(path, flags, mode), path, flags) : -1;
}
int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return may_open(path, flags) ? opened(libc().open(path, flags | O_LARGEFILE, mode), path, flags) : -1;
}
int openat(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return may_open(path, flags) ? opened(libc().openat(folder, path, flags, mode), path, flags) : -1;
}
int openat64(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return may_open(path, flags) ? opened(libc().openat(folder, path, flags, mode), path, flags) : -1;
}
int close(int file) {
    if (file >= 0 && file < kFiles) ours[static_cast<std::size_t>(file)] = false;
    return libc().close(file);
}

ssize_t write(int file, const void* bytes, size_t size) {
    if (!is_ours(file)) return libc().write(file, bytes, size);
    return write_ours(file, -1, size, [&](size_t n) { return libc().write(file, bytes, n); });
}
ssize_t writev(int file, const iovec* pieces, int count) {
    static auto* const really = real<ssize_t(int, const iovec*, int)>("writev");
    if (!is_ours(file)) return really(file, pieces, count);
    std::string whole;
    for (int i = 0; i < count; ++i) whole.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    return write(file, whole.data(), whole.size());
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
    if (!is_ours(file)) return libc().pwrite(file, bytes, size, offset);
    return write_ours(file, offset, size, [&](size_t n) { return libc().pwrite(file, bytes, n, offset); });
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
    return pwrite(file, bytes, size, offset);
}
int ftruncate(int file, off_t length) noexcept {
    return is_ours(file) ? truncate_ours(file, length) : libc().ftruncate(file, length);
}
int ftruncate64(int file, off64_t length) noexcept {
    return ftruncate(file, length);
}
int fsync(int file) {
    return is_ours(file) ? sync_ours(file, libc().fsync) : libc().fsync(file);
}
int fdatasync(int file) {
    return is_ours(file) ? sync_ours(file, libc().fdatasync) : libc().fdatasync(file);
}

int unlink(const char* path) noexcept {
    return may_change_name(path) ? libc().unlink(path) : -1;
}
int remove(const char* path) noexcept {
    return may_change_name(path) ? libc().remove(path) : -1;
}
int rename(const char* from, const char* to) noexcept {
    return may_change_name(to) ? libc().rename(from, to) : -1;
}
int mkdir(const char* path, mode_t mode) noexcept {
    return may_change_name(path) ? libc().mkdir(path, mode) : -1;
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const int code = libc().clock_gettime(clock, now);
    if (clock == CLOCK_REALTIME && state().control) now->tv_sec += state().control->clock_shift_s;
    return code;
}
int gettimeofday(timeval* now, void*) noexcept {
    timespec exact{};
    clock_gettime(CLOCK_REALTIME, &exact);
    *now = {exact.tv_sec, exact.tv_nsec / 1000};
    return 0;
}
time_t time(time_t* where) noexcept {
    timespec exact{};
    clock_gettime(CLOCK_REALTIME, &exact);
    if (where) *where = exact.tv_sec;
    return exact.tv_sec;
}

} // extern "C"
