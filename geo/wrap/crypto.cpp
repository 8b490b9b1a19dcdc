#include "geo/wrap/crypto.hpp"

#include "geo/wrap/sha256_fast.hpp"

#include <cstdlib>
#include <sodium.h>
#include <stdexcept>

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
    if (has_sha256_instructions()) return sha256_fast(bytes);
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

std::optional<std::string> from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) return {};
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const auto high = kDigits.find(digits[i]), low = kDigits.find(digits[i + 1]);
        if (high == kDigits.npos || low == kDigits.npos) return {};
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

SigningKey SigningKey::random() {
    std::string seed = random_bytes(crypto_sign_SEEDBYTES);
    struct Wipe {
        std::string& bytes;
        ~Wipe() { sodium_memzero(bytes.data(), bytes.size()); }
    } const wipe{seed};
    return SigningKey{seed};
}

SigningKey::SigningKey(std::string_view seed) : public_key_(kPublicKeyBytes, '\0') {
    static_assert(crypto_sign_SECRETKEYBYTES == sizeof secret_ && crypto_sign_PUBLICKEYBYTES == kPublicKeyBytes &&
                  crypto_sign_BYTES == kSignatureBytes);
    ready();
    if (seed.size() != crypto_sign_SEEDBYTES) throw std::logic_error{"a seed of Ed25519 has 32 bytes"};
    crypto_sign_seed_keypair(data_of(public_key_), secret_.data(), data_of(seed));
}

SigningKey::~SigningKey() {
    sodium_memzero(secret_.data(), secret_.size());
}

std::string SigningKey::seed() const {
    return {reinterpret_cast<const char*>(secret_.data()), crypto_sign_SEEDBYTES};
}

std::string SigningKey::sign(std::string_view message) const {
    std::string signature(kSignatureBytes, '\0');
    crypto_sign_detached(data_of(signature), nullptr, data_of(message), message.size(), secret_.data());
    return signature;
}

bool signature_holds(std::string_view signature, std::string_view message, std::string_view public_key) {
    if (signature.size() != kSignatureBytes || public_key.size() != kPublicKeyBytes) return false;
    return crypto_sign_verify_detached(data_of(signature), data_of(message), message.size(), data_of(public_key)) == 0;
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
