// What the shim in the server's process and the test that drives it tell each other: one page of shared memory, in a
// file that both map. Plain numbers; knows neither side.
#pragma once

#include <atomic>
#include <cstdint>

namespace faults {

using Number = std::atomic<std::int64_t>;
static_assert(Number::is_always_lock_free, "shared between processes");

// The test sets these; all zero harms nothing but `space`.
struct Control {
    Number kill_at{0};        // the process dies in the middle of the operation of this number
    Number fail_sync_from{0}; // syncs of these numbers fail with EIO, and what they were to save is never saved
    Number fail_sync_to{0};
    Number space{-1};       // bytes that files may still grow by, then ENOSPC; negative: no end
    Number read_only{0};    // every change is EROFS, as on a file system that the kernel has remounted
    Number clock_shift_s{}; // added to the wall clock

    // The shim counts these, all under the data directory.
    Number operations{0}; // writes, truncations, syncs, creations, renames, removals
    Number syncs{0};
    Number failed_syncs{0};
    Number refused_writes{0}; // no space, or read-only
};

inline constexpr const char* kControlVariable = "SARHAD_FAULTS_CONTROL"; // path of the file
inline constexpr const char* kDataVariable = "SARHAD_FAULTS_DATA";       // the directory under which faults happen
// Where the shim keeps what a power loss would leave; without it nothing is kept and syncs go through to the kernel.
inline constexpr const char* kPlatterVariable = "SARHAD_FAULTS_PLATTER";

} // namespace faults
