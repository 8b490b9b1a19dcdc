#include "geo/wrap/sha256_fast.hpp"

#include <cstddef>

#ifdef __x86_64__
#include <cpuid.h>
#include <cstring>
#include <immintrin.h>
#endif

namespace geo::wrap {

#ifdef __x86_64__
namespace {

// FIPS 180-4, 4.2.2.
alignas(16) constexpr std::uint32_t kConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::size_t kBlock = 64;

// The eight words of the state as the instructions want them: A B E F and C D G H, the first in the highest lane
// (Intel, "Intel SHA Extensions", 2013). Takes whole blocks in.
__attribute__((target("sha,sse4.1"))) void take_in(__m128i& abef, __m128i& cdgh, const char* blocks,
                                                   std::size_t count) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (; count > 0; --count, blocks += kBlock) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i words[4]; // the last 16 of the message schedule, four a register
        for (int i = 0; i < 4; ++i)
            words[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks + 16 * i)), big_endian);
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) { // four rounds each
            __m128i& now = words[i % 4];
            const __m128i next = words[(i + 1) % 4], after = words[(i + 2) % 4], last = words[(i + 3) % 4];
            const __m128i sum =
                _mm_add_epi32(now, _mm_load_si128(reinterpret_cast<const __m128i*>(kConstants + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
            if (i >= 12) continue;
            const __m128i seven_ago = _mm_alignr_epi8(last, after, 4);
            now = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(now, next), seven_ago), last);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
}

} // namespace

bool has_sha256_instructions() {
    static const bool has = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        constexpr unsigned kSha = 1u << 29, kSse41 = 1u << 19, kSsse3 = 1u << 9;
        if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & kSha) == 0) return false;
        return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & kSse41) != 0 && (c & kSsse3) != 0;
    }();
    return has;
}

__attribute__((target("sha,sse4.1"))) std::array<std::uint8_t, 32> sha256_fast(std::string_view bytes) {
    // FIPS 180-4, 5.3.3: h0 … h7.
    __m128i abef = _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
    __m128i cdgh = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
    const std::size_t whole = bytes.size() / kBlock, rest = bytes.size() % kBlock;
    take_in(abef, cdgh, bytes.data(), whole);
    // 5.1.1: a bit, zeros, and the length in bits at the end of a block.
    char last[2 * kBlock] = {};
    if (rest > 0) std::memcpy(last, bytes.data() + whole * kBlock, rest);
    last[rest] = static_cast<char>(0x80);
    const std::size_t blocks = rest + 9 > kBlock ? 2 : 1;
    const std::uint64_t length = __builtin_bswap64(std::uint64_t{bytes.size()} * 8);
    std::memcpy(last + blocks * kBlock - sizeof length, &length, sizeof length);
    take_in(abef, cdgh, last, blocks);

    const std::uint32_t state[8] = {
        static_cast<std::uint32_t>(_mm_extract_epi32(abef, 3)), static_cast<std::uint32_t>(_mm_extract_epi32(abef, 2)),
        static_cast<std::uint32_t>(_mm_extract_epi32(cdgh, 3)), static_cast<std::uint32_t>(_mm_extract_epi32(cdgh, 2)),
        static_cast<std::uint32_t>(_mm_extract_epi32(abef, 1)), static_cast<std::uint32_t>(_mm_extract_epi32(abef, 0)),
        static_cast<std::uint32_t>(_mm_extract_epi32(cdgh, 1)), static_cast<std::uint32_t>(_mm_extract_epi32(cdgh, 0))};
    std::array<std::uint8_t, 32> digest{};
    for (std::size_t i = 0; i < 8; ++i) {
        const std::uint32_t word = __builtin_bswap32(state[i]);
        std::memcpy(digest.data() + 4 * i, &word, sizeof word);
    }
    return digest;
}

#else

bool has_sha256_instructions() {
    return false;
}

std::array<std::uint8_t, 32> sha256_fast(std::string_view) {
    return {};
}

#endif

} // namespace geo::wrap
