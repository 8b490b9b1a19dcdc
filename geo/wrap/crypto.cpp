#include "geo/wrap/crypto.hpp"

#include <cstdlib>
#include <sodium.h>

namespace geo::wrap {
namespace {

// sodium_init is idempotent and thread-safe; 0 the first time, 1 later, -1 when the machine has no randomness.
void ready() {
    static const int state = sodium_init();
    if (state < 0) std::abort();
}

const unsigned char* data_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

} // namespace

std::array<std::uint8_t, 32> sha256_digest(std::string_view bytes) {
    static_assert(crypto_hash_sha256_BYTES == 32);
    std::array<std::uint8_t, 32> digest{};
    crypto_hash_sha256(digest.data(), data_of(bytes), bytes.size());
    return digest;
}

std::string sha256(std::string_view bytes) {
    const auto digest = sha256_digest(bytes);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

std::string blake2b_256(std::string_view bytes) {
    ready();
    std::string digest(32, '\0');
    crypto_generichash(data_of(digest), digest.size(), data_of(bytes), bytes.size(), nullptr, 0);
    return digest;
}

std::string blake2b_256_hex(std::string_view bytes) {
    return to_hex(blake2b_256(bytes));
}

void random_bytes(std::span<std::uint8_t> out) {
    ready();
    randombytes_buf(out.data(), out.size());
}

std::string random_bytes(std::size_t count) {
    ready();
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string to_hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Sha256::Sha256() {
    static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(state_));
    crypto_hash_sha256_init(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()));
}

void Sha256::add(std::string_view bytes) {
    crypto_hash_sha256_update(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()), data_of(bytes), bytes.size());
}

std::string Sha256::finish() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()), data_of(digest));
    return digest;
}

} // namespace geo::wrap
