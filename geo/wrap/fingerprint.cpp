#include "geo/wrap/fingerprint.hpp"

#include "geo/wrap/crypto.hpp"

#include <array>
#include <sodium.h>

namespace geo::wrap {

std::string fingerprint(std::string_view bytes) {
    static const auto key = [] {
        std::array<std::uint8_t, crypto_shorthash_siphashx24_KEYBYTES> random{};
        random_bytes(random);
        return random;
    }();
    std::array<char, crypto_shorthash_siphashx24_BYTES> digest{};
    crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(digest.data()),
                                reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), key.data());
    return to_hex({digest.data(), digest.size()});
}

} // namespace geo::wrap
