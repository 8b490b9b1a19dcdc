// A child process that can do nothing but read the descriptors it was handed: spawn() in the parent, confine() in the
// child. Knows no file format. The only place with seccomp, Landlock and resource limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace geo::wrap {

struct Limits {
    std::uint64_t memory_bytes = 0; // address space; under a sanitizer, which maps terabytes, what may be added
    std::uint64_t cpu_s = 0;        // SIGXCPU when used up, SIGKILL a second later
};

// What the kernel granted; seccomp is always there, or confine() throws.
struct Confinement {
    int landlock_abi = 0; // 0: this kernel has no Landlock
};

// Confines the calling process for good: no new privileges, no core, no file writes, and a system-call filter that
// knows only reading, writing, memory and clocks. Nothing can be opened any more (so the child needs no folder of its
// own, private or not), no socket made, no program started, no process forked. Such calls fail with EACCES.
// Call it while the process has one thread. Error{internal} when the kernel refuses.
Confinement confine(const Limits& limits);

// One started process. Ends and reaps it in the destructor. One thread.
class Child {
public:
    // Starts /proc/self/exe with `arguments` (without argv[0]); descriptors[i] becomes 3 + i, all others are closed;
    // the environment is cut to what libraries need to find their data. Error{internal}.
    Child(const std::vector<std::string>& arguments, const std::vector<int>& descriptors);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    struct End {
        int exit_code = 0; // valid when signal is 0
        int signal = 0;
    };
    End wait();
    void kill() noexcept;

private:
    int pid_ = -1;
};

} // namespace geo::wrap
