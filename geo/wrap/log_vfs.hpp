// SQLite's write-ahead log, written in one piece a commit. SQLite itself writes two small pieces a page, ten for a row
// with its log line and audit leaf, and each makes the file longer, so that the sync must write the file's length and
// its new blocks too: together they cost more than half of a durable commit. Private to this folder.
#pragma once

namespace geo::wrap {

// Name of a file layer for sqlite3_open_v2, registered at the first call; thread-safe. As the system's own one, but a
// database's log (and nothing else) is
// - gathered in memory until it is synced, read, measured or closed. Nobody else looks at it before the sync: readers
//   are told of frames only after it, since a connection that writes runs with synchronous=FULL;
// - made longer by kLogStep_bytes of zeros at a time, so that most syncs have nothing but data to write. SQLite knows
//   by checksums where its frames end.
// A write that fails shows at the sync, with the same code.
const char* log_vfs();

inline constexpr int kLogStep_bytes = 1 << 20;

} // namespace geo::wrap
