#include "geo/wrap/sealed.hpp"

#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"

#include <sodium.h>

namespace geo::wrap {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kText = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kLongestText = 1024;
static_assert(kSealKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* data_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

void check_key(std::string_view key) {
    if (key.size() != kSealKeyBytes) throw Error{ErrorCode::internal, "a sealing key has 32 bytes"};
}

} // namespace

std::string seal(std::string_view key, std::string_view secret, std::string_view about) {
    check_key(key);
    std::string sealed = random_bytes(kNonceBytes);
    sealed.resize(kNonceBytes + secret.size() + kTagBytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(data_of(sealed) + kNonceBytes, nullptr, data_of(secret), secret.size(),
                                               data_of(about), about.size(), nullptr, data_of(sealed), data_of(key));
    std::string text(sodium_base64_encoded_len(sealed.size(), kText), '\0');
    sodium_bin2base64(text.data(), text.size(), data_of(sealed), sealed.size(), kText);
    text.pop_back(); // the terminating zero
    return text;
}

std::optional<std::string> unseal(std::string_view key, std::string_view text, std::string_view about) {
    check_key(key);
    if (text.empty() || text.size() > kLongestText) return {};
    std::string sealed(text.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(data_of(sealed), sealed.size(), text.data(), text.size(), nullptr, &size, &end, kText) != 0 ||
        end != text.data() + text.size() || size < kNonceBytes + kTagBytes)
        return {};
    std::string secret(size - kNonceBytes - kTagBytes, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(data_of(secret), nullptr, nullptr, data_of(sealed) + kNonceBytes,
                                                   size - kNonceBytes, data_of(about), about.size(), data_of(sealed),
                                                   data_of(key)) != 0)
        return {};
    return secret;
}

} // namespace geo::wrap
