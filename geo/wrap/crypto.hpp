// Hashes, signatures and randomness of libsodium. Knows bytes only. All functions are thread-safe and don't fail: a
// machine whose random source is gone ends the program (libsodium's choice, and the right one).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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

std::string to_hex(std::string_view bytes);                   // lower case
std::optional<std::string> from_hex(std::string_view digits); // lower case only: each value has one spelling

inline constexpr std::size_t kPublicKeyBytes = 32;
inline constexpr std::size_t kSignatureBytes = 64;

// A private key of Ed25519 (RFC 8032). Its bytes are wiped when it dies. Immutable: safe to share between threads.
class SigningKey {
public:
    static SigningKey random();
    explicit SigningKey(std::string_view seed); // 32 bytes; std::logic_error for another length
    ~SigningKey();
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;

    std::string seed() const; // the secret itself: only for the file that keeps it
    const std::string& public_key() const { return public_key_; }
    std::string sign(std::string_view message) const;

private:
    std::array<std::uint8_t, 64> secret_{}; // seed and public key, as libsodium wants it
    std::string public_key_;
};

// False also for a key or a signature of the wrong length.
bool signature_holds(std::string_view signature, std::string_view message, std::string_view public_key);

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
