// Short secrets for people to carry and give back: encrypted and authenticated (XChaCha20-Poly1305, libsodium), as text
// that fits in an address. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace geo::wrap {

inline constexpr std::size_t kSealKeyBytes = 32;

// base64url without padding of nonce, ciphertext and tag. `about` is bound to it but not in it. The nonce is random:
// two texts say nothing about whether they hold the same.
std::string seal(std::string_view key, std::string_view secret, std::string_view about);
// Nothing when the text is damaged, made with another key or about something else.
std::optional<std::string> unseal(std::string_view key, std::string_view text, std::string_view about);

} // namespace geo::wrap
