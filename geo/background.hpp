// Work that nobody waits for must not take the time of work that somebody waits for.
#pragma once

namespace geo {

// Lowers the calling thread's priority for good, by `nice` (1..19; 19: only when nothing else runs). Threads that it
// starts afterwards have the same.
void go_to_background(int nice);

} // namespace geo
