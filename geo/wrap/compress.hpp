// Compression of whole byte strings, and their checksum. Knows no HTTP. Thread-safe: the libraries' states are kept
// per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace geo::wrap {

enum class Coding { gzip, brotli, zstd };

// Levels: gzip 0–12 (libdeflate), brotli 0–11, zstd 1–19; others are clamped. Never fails but for memory.
std::string compress(Coding coding, std::string_view bytes, int level);

// Errors: too_large when the output would pass `limit` bytes (nothing beyond it is ever made), invalid_input when the
// bytes are not of this coding, truncated or followed by others. A gzip file may have several members.
std::string decompress(Coding coding, std::string_view bytes, std::size_t limit);

// CRC-32 (of gzip, RFC 1952 section 8): finds damage, not malice. Some gigabytes a second. `so_far`: of the bytes
// before these.
std::uint32_t checksum(std::string_view bytes, std::uint32_t so_far = 0);

} // namespace geo::wrap
