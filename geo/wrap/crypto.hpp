// Hashes and randomness of libsodium. Knows bytes only. All functions are thread-safe and don't fail: a machine
// whose random source is gone ends the program (libsodium's choice, and the right one).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace geo::wrap {

std::array<std::uint8_t, 32> sha256_digest(std::string_view bytes); // FIPS 180-4
std::string sha256(std::string_view bytes);                         // the 32 bytes of the digest
std::string sha256_hex(std::string_view bytes);                     // 64 lower-case digits

std::string blake2b_256(std::string_view bytes);     // RFC 7693, 32 bytes, no key
std::string blake2b_256_hex(std::string_view bytes); // 64 lower-case digits

void random_bytes(std::span<std::uint8_t> out); // from the operating system (getrandom)
std::string random_bytes(std::size_t count);

std::string to_hex(std::string_view bytes); // lower case

// Equal in a time that depends on the length only: for secrets.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// SHA-256 over bytes that come in pieces, for files that don't fit in memory.
class Sha256 {
public:
    Sha256();
    void add(std::string_view bytes);
    std::string finish(); // the 32 bytes; once, the object is spent then

private:
    alignas(16) std::array<std::byte, 128> state_{};
};

} // namespace geo::wrap
