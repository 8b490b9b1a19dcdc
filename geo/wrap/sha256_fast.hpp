// SHA-256 with the processor's own instructions, some ten times as fast as libsodium's portable one: each write hashes
// its payload, its audit leaf and its entity tag. Private to this folder.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace geo::wrap {

// Whether this processor has them (x86-64 with SHA and SSE 4.1); else sha256_fast must not be called.
bool has_sha256_instructions();

std::array<std::uint8_t, 32> sha256_fast(std::string_view bytes); // FIPS 180-4

} // namespace geo::wrap
