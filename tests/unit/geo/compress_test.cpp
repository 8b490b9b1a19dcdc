#include "geo/error.hpp"
#include "geo/wrap/compress.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

using namespace geo;
using namespace geo::wrap;

namespace {

constexpr Coding kCodings[] = {Coding::gzip, Coding::brotli, Coding::zstd};

ErrorCode refusal(Coding coding, std::string_view bytes, std::size_t limit = 1 << 20) {
    try {
        decompress(coding, bytes, limit);
    } catch (const Error& error) {
        return error.code;
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::internal;
}

} // namespace

TEST(Compress, WhatGoesInComesOutAtEveryLevel) {
    std::mt19937 random{1};
    std::string mixed;
    for (int i = 0; i < 100'000; ++i) mixed += static_cast<char>(i % 3 ? 'a' + i % 7 : random() % 256);
    for (Coding coding : kCodings) {
        for (int level : {-5, 0, 1, 4, 6, 9, 11, 12, 19, 99}) {
            ASSERT_EQ(decompress(coding, compress(coding, mixed, level), mixed.size()), mixed);
            ASSERT_EQ(decompress(coding, compress(coding, "", level), 0), "");
        }
    }
}

TEST(Compress, TheLimitIsExact) {
    const std::string text(100'000, 'x');
    for (Coding coding : kCodings) {
        const std::string packed = compress(coding, text, 6);
        EXPECT_EQ(decompress(coding, packed, text.size()), text);
        EXPECT_EQ(refusal(coding, packed, text.size() - 1), ErrorCode::too_large);
        EXPECT_EQ(refusal(coding, packed, 0), ErrorCode::too_large);
    }
}

TEST(Compress, ABombIsStoppedAtTheLimit) {
    const std::string zeros(200 << 20, '\0');
    for (Coding coding : kCodings) {
        const std::string bomb = compress(coding, zeros, 1);
        ASSERT_LT(bomb.size(), zeros.size() / 100);
        EXPECT_EQ(refusal(coding, bomb, 1 << 20), ErrorCode::too_large);
    }
}

TEST(Compress, DamagedTruncatedAndTrailingBytesAreRefused) {
    const std::string text = "the same words, the same words, the same words and others";
    for (Coding coding : kCodings) {
        const std::string packed = compress(coding, text, 6);
        for (std::size_t length = 0; length < packed.size(); ++length) {
            EXPECT_EQ(refusal(coding, packed.substr(0, length)), ErrorCode::invalid_input) << length;
        }
        EXPECT_EQ(refusal(coding, packed + "x"), ErrorCode::invalid_input);
        EXPECT_EQ(refusal(coding, "not compressed at all"), ErrorCode::invalid_input);
    }
}

TEST(Compress, GzipOfSeveralMembersIsOneText) {
    EXPECT_EQ(decompress(Coding::gzip, compress(Coding::gzip, "one ", 6) + compress(Coding::gzip, "two", 6), 100),
              "one two");
}

TEST(Compress, GzipIsTheFormatOfRfc1952) {
    // printf 'sarhad\n' | gzip -9n | xxd -i
    constexpr unsigned char kPacked[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                         0x03, 0x2b, 0x4e, 0x2c, 0xca, 0x48, 0x4c, 0xe1, 0x02,
                                         0x00, 0xde, 0x43, 0x95, 0x56, 0x07, 0x00, 0x00, 0x00};
    const std::string packed{reinterpret_cast<const char*>(kPacked), sizeof(kPacked)};
    EXPECT_EQ(decompress(Coding::gzip, packed, 100), "sarhad\n");
    EXPECT_EQ(compress(Coding::gzip, "sarhad\n", 9).substr(0, 3), packed.substr(0, 3));
}
