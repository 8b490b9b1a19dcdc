#include "geo/wrap/confine.hpp"

#include "geo/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/landlock.h>
#include <memory>
#include <seccomp.h>
#include <spawn.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" char** environ;

namespace geo::wrap {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

[[noreturn]] void fail(const char* what) {
    throw Error{ErrorCode::internal, std::string{"the reading process could not be confined: "} + what};
}

void limit(decltype(RLIMIT_CPU) resource, rlim_t soft, rlim_t hard) {
    const rlimit value{soft, hard};
    if (setrlimit(resource, &value) != 0) fail("resource limit");
}

// Sanitizers map terabytes that they never fill, as address space and as data: there the limit is what may be added.
std::uint64_t mapped_data_bytes() {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    std::uint64_t kilobytes = 0;
    while (status >> word && word != "VmData:") {}
    status >> kilobytes;
    return kilobytes << 10;
}

void limit_resources(const Limits& limits) {
    if (kSanitized) {
        const auto bytes = mapped_data_bytes() + limits.memory_bytes;
        limit(RLIMIT_DATA, bytes, bytes);
    } else {
        limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes);
    }
    limit(RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_FSIZE, 0, 0); // a pipe is no file: results still flow
    limit(RLIMIT_NOFILE, 64, 64);
}

// A ruleset without one rule: every file-system right it handles is denied. Older kernels handle fewer rights.
int landlock() {
    const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return 0;
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; // all rights of the first version
    if (abi >= 2) attributes.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) attributes.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER << 1; // TRUNCATE, newer than the headers
    const long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) return 0;
    const bool done = syscall(SYS_landlock_restrict_self, static_cast<int>(ruleset), 0) == 0;
    close(static_cast<int>(ruleset));
    return done ? static_cast<int>(abi) : 0;
}

// Closed list; everything else answers EACCES, which libraries take as "not there" and go on.
void filter_system_calls() {
    const std::unique_ptr<void, void (*)(void*)> filter{seccomp_init(SCMP_ACT_ERRNO(EACCES)),
                                                        [](void* f) { seccomp_release(f); }};
    if (!filter) fail("system-call filter");
    static constexpr std::array kAllowed{SCMP_SYS(read),
                                         SCMP_SYS(pread64),
                                         SCMP_SYS(readv),
                                         SCMP_SYS(write),
                                         SCMP_SYS(writev),
                                         SCMP_SYS(lseek),
                                         SCMP_SYS(close),
                                         SCMP_SYS(fstat),
                                         SCMP_SYS(mmap),
                                         SCMP_SYS(munmap),
                                         SCMP_SYS(mremap),
                                         SCMP_SYS(mprotect),
                                         SCMP_SYS(madvise),
                                         SCMP_SYS(brk),
                                         SCMP_SYS(futex),
                                         SCMP_SYS(sched_yield),
                                         SCMP_SYS(nanosleep),
                                         SCMP_SYS(clock_nanosleep),
                                         SCMP_SYS(clock_gettime),
                                         SCMP_SYS(gettimeofday),
                                         SCMP_SYS(time),
                                         SCMP_SYS(getrandom),
                                         SCMP_SYS(getpid),
                                         SCMP_SYS(gettid),
                                         SCMP_SYS(getuid),
                                         SCMP_SYS(geteuid),
                                         SCMP_SYS(getrusage),
                                         SCMP_SYS(sysinfo),
                                         SCMP_SYS(sigaltstack),
                                         SCMP_SYS(rt_sigaction),
                                         SCMP_SYS(rt_sigprocmask),
                                         SCMP_SYS(rt_sigreturn),
                                         SCMP_SYS(setitimer),
                                         SCMP_SYS(tgkill),
                                         SCMP_SYS(restart_syscall),
                                         SCMP_SYS(exit),
                                         SCMP_SYS(exit_group)};
    for (const int call : kAllowed) {
        if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0) fail("system-call filter");
    }
    // How the sanitizers' run time finds out whether memory can be read.
    if (kSanitized && seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(pipe2), 0) != 0) {
        fail("system-call filter");
    }
    // The form that fstat() takes since glibc 2.33: of a descriptor, not of a name.
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH)) !=
        0) {
        fail("system-call filter");
    }
    if (seccomp_load(filter.get()) != 0) fail("system-call filter");
}

std::vector<std::string> child_environment() {
    static constexpr std::array<std::string_view, 9> kKept{
        "PROJ_LIB=",      "PROJ_DATA=",    "GDAL_DATA=",    "LD_LIBRARY_PATH=",  "ASAN_OPTIONS=",
        "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS=", "LLVM_PROFILE_FILE="};
    std::vector<std::string> kept{"LANG=C.UTF-8", "TZ=UTC", "PROJ_NETWORK=OFF", "GDAL_DRIVER_PATH=disable"};
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        for (const auto prefix : kKept) {
            if (std::string_view{*entry}.starts_with(prefix)) kept.emplace_back(*entry);
        }
    }
    return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

} // namespace

Confinement confine(const Limits& limits) {
    limit_resources(limits);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    Confinement got;
    got.landlock_abi = landlock();
    filter_system_calls();
    return got;
}

Child::Child(const std::vector<std::string>& arguments, const std::vector<int>& descriptors) {
    std::vector<std::string> argv{"sarhad"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto environment = child_environment();

    // The targets 3, 4, … may themselves be in use by a descriptor that is still to be moved: copy all out of the way.
    std::vector<int> high;
    const auto close_all = [&high] {
        for (const int fd : high) close(fd);
    };
    for (const int fd : descriptors) {
        const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        if (copy < 0) {
            close_all();
            throw Error{ErrorCode::busy, "too many open files"};
        }
        high.push_back(copy);
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!kSanitized) { // else the sanitizer's report would be lost
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    }
    for (std::size_t i = 0; i < high.size(); ++i) {
        posix_spawn_file_actions_adddup2(&actions, high[i], 3 + static_cast<int>(i));
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3 + static_cast<int>(high.size()));
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults; // a server ignores SIGPIPE; the child must die of it when its parent is gone
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int failed = posix_spawn(&pid_, "/proc/self/exe", &actions, &attributes, pointers(argv).data(),
                                   pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close_all();
    if (failed != 0) {
        pid_ = -1;
        throw Error{ErrorCode::internal, "the reading process could not be started"};
    }
}

Child::~Child() {
    if (pid_ < 0) return;
    kill();
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
}

Child::End Child::wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0) {
        if (errno != EINTR) throw Error{ErrorCode::internal, "the reading process was lost"};
    }
    pid_ = -1;
    End end;
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    return end;
}

void Child::kill() noexcept {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
}

} // namespace geo::wrap
