#include "geo/wrap/log_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <new>
#include <string>
#include <string_view>

namespace geo::wrap {
namespace {

constexpr std::size_t kMostGathered_bytes = 4 << 20; // of a large transaction
constexpr std::size_t kPiece_bytes = 64 * 1024;      // SQLite 3.40.1 takes a size modulo 128 kB when it writes

struct Log {
    std::string gathered;
    sqlite3_int64 at = 0;   // where it belongs
    sqlite3_int64 size = 0; // of the file: never shorter than this
};

// What SQLite is given room for, at a multiple of 8 bytes; the system's own file lies behind it.
struct File {
    sqlite3_file base;
    Log* log;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

static_assert(alignof(File) <= 8 && sizeof(File) % 8 == 0);

File& of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

int write_pieces(sqlite3_file* real, std::string_view bytes, sqlite3_int64 to) {
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, kPiece_bytes);
        const int code = real->pMethods->xWrite(real, piece.data(), static_cast<int>(piece.size()), to);
        if (code != SQLITE_OK) return code;
        bytes.remove_prefix(piece.size());
        to += static_cast<sqlite3_int64>(piece.size());
    }
    return SQLITE_OK;
}

// Room for the next commits; where there is none, they make their own.
void lengthen(sqlite3_file* real, Log& log, sqlite3_int64 end) {
    if (real->pMethods->xFileSize(real, &log.size) != SQLITE_OK || end <= log.size) return;
    static const std::string zeros(kLogStep_bytes, '\0');
    const sqlite3_int64 size = (end + kLogStep_bytes - 1) / kLogStep_bytes * kLogStep_bytes;
    for (sqlite3_int64 from = log.size; from < size; from += kLogStep_bytes) {
        const auto piece = static_cast<std::size_t>(std::min<sqlite3_int64>(kLogStep_bytes, size - from));
        if (write_pieces(real, std::string_view{zeros}.substr(0, piece), from) == SQLITE_OK) continue;
        real->pMethods->xTruncate(real, log.size); // a disk that is nearly full: others need what is left
        return;
    }
    log.size = size;
}

int write_out(File& file) {
    Log& log = *file.log;
    if (log.gathered.empty()) return SQLITE_OK;
    sqlite3_file* const real = file.real();
    const auto end = log.at + static_cast<sqlite3_int64>(log.gathered.size());
    if (end > log.size) lengthen(real, log, end);
    const int code = write_pieces(real, log.gathered, log.at);
    log.gathered.clear(); // SQLite begins anew after a failure
    return code;
}

int close_log(sqlite3_file* file) {
    File& self = of(file);
    const int code = write_out(self);
    delete self.log;
    const int closed = self.real()->pMethods->xClose(self.real());
    return code == SQLITE_OK ? closed : code;
}

int read_log(sqlite3_file* file, void* to, int size, sqlite3_int64 from) {
    File& self = of(file);
    const int code = write_out(self);
    return code == SQLITE_OK ? self.real()->pMethods->xRead(self.real(), to, size, from) : code;
}

int write_log(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 to) {
    File& self = of(file);
    Log& log = *self.log;
    const bool follows = to == log.at + static_cast<sqlite3_int64>(log.gathered.size());
    if (!follows || log.gathered.size() > kMostGathered_bytes)
        if (const int code = write_out(self); code != SQLITE_OK) return code;
    try {
        if (log.gathered.empty()) log.at = to;
        log.gathered.append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
}

int truncate_log(sqlite3_file* file, sqlite3_int64 size) {
    File& self = of(file);
    if (const int code = write_out(self); code != SQLITE_OK) return code;
    self.log->size = 0;
    return self.real()->pMethods->xTruncate(self.real(), size);
}

int sync_log(sqlite3_file* file, int flags) {
    File& self = of(file);
    const int code = write_out(self);
    return code == SQLITE_OK ? self.real()->pMethods->xSync(self.real(), flags) : code;
}

int size_of_log(sqlite3_file* file, sqlite3_int64* size) {
    File& self = of(file);
    const int code = write_out(self);
    return code == SQLITE_OK ? self.real()->pMethods->xFileSize(self.real(), size) : code;
}

// Logs are not locked: the database's file is.
int no_lock(sqlite3_file*, int) {
    return SQLITE_OK;
}
int is_locked(sqlite3_file*, int* answer) {
    *answer = 0;
    return SQLITE_OK;
}

int control_log(sqlite3_file* file, int what, void* argument) {
    return of(file).real()->pMethods->xFileControl(of(file).real(), what, argument);
}
int sector_of_log(sqlite3_file* file) {
    return of(file).real()->pMethods->xSectorSize(of(file).real());
}
int traits_of_log(sqlite3_file* file) {
    return of(file).real()->pMethods->xDeviceCharacteristics(of(file).real());
}

sqlite3_io_methods methods() {
    sqlite3_io_methods these{};
    these.iVersion = 1;
    these.xClose = close_log;
    these.xRead = read_log;
    these.xWrite = write_log;
    these.xTruncate = truncate_log;
    these.xSync = sync_log;
    these.xFileSize = size_of_log;
    these.xLock = no_lock;
    these.xUnlock = no_lock;
    these.xCheckReservedLock = is_locked;
    these.xFileControl = control_log;
    these.xSectorSize = sector_of_log;
    these.xDeviceCharacteristics = traits_of_log;
    return these;
}

int open_file(sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* const system = static_cast<sqlite3_vfs*>(self->pAppData);
    if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, name, file, flags, out_flags);
    static const sqlite3_io_methods log_methods = methods();
    File& log = of(file);
    log.base.pMethods = nullptr; // not to be closed unless this succeeds
    log.log = new (std::nothrow) Log;
    if (!log.log) return SQLITE_NOMEM;
    const int code = system->xOpen(system, name, log.real(), flags, out_flags);
    if (code != SQLITE_OK) {
        if (log.real()->pMethods) log.real()->pMethods->xClose(log.real());
        delete log.log;
        return code;
    }
    log.base.pMethods = &log_methods;
    return SQLITE_OK;
}

// Everything but opening is the system's affair.
sqlite3_vfs* system_of(sqlite3_vfs* self) {
    return static_cast<sqlite3_vfs*>(self->pAppData);
}

constexpr const char* kName = "sarhad-log";

sqlite3_vfs make_vfs() {
    sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    sqlite3_vfs vfs{};
    vfs.iVersion = 1;
    vfs.szOsFile = static_cast<int>(sizeof(File)) + system->szOsFile;
    vfs.mxPathname = system->mxPathname;
    vfs.zName = kName;
    vfs.pAppData = system;
    vfs.xOpen = open_file;
    vfs.xDelete = [](sqlite3_vfs* v, const char* name, int sync) {
        return system_of(v)->xDelete(system_of(v), name, sync);
    };
    vfs.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
        return system_of(v)->xAccess(system_of(v), name, flags, out);
    };
    vfs.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
        return system_of(v)->xFullPathname(system_of(v), name, size, out);
    };
    vfs.xDlOpen = [](sqlite3_vfs* v, const char* name) { return system_of(v)->xDlOpen(system_of(v), name); };
    vfs.xDlError = [](sqlite3_vfs* v, int size, char* out) { system_of(v)->xDlError(system_of(v), size, out); };
    vfs.xDlSym = [](sqlite3_vfs* v, void* library, const char* name) {
        return system_of(v)->xDlSym(system_of(v), library, name);
    };
    vfs.xDlClose = [](sqlite3_vfs* v, void* library) { system_of(v)->xDlClose(system_of(v), library); };
    vfs.xRandomness = [](sqlite3_vfs* v, int size, char* out) {
        return system_of(v)->xRandomness(system_of(v), size, out);
    };
    vfs.xSleep = [](sqlite3_vfs* v, int us) { return system_of(v)->xSleep(system_of(v), us); };
    vfs.xCurrentTime = [](sqlite3_vfs* v, double* now) { return system_of(v)->xCurrentTime(system_of(v), now); };
    vfs.xGetLastError = [](sqlite3_vfs* v, int size, char* out) {
        return system_of(v)->xGetLastError(system_of(v), size, out);
    };
    return vfs;
}

} // namespace

const char* log_vfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_initialize();
        return make_vfs();
    }();
    static const int code = sqlite3_vfs_register(&vfs, 0);
    return code == SQLITE_OK ? kName : nullptr; // nothing: the system's own
}

} // namespace geo::wrap
