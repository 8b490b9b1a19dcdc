#include "geo/wrap/crypto.hpp"
#include "geo/wrap/sha256_fast.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

using namespace geo::wrap;

// FIPS 180-4's own examples (NIST, "SHA256.pdf" of the example values).
TEST(Sha256, GivesTheStandardsExamples) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, OfTheProcessorIsThatOfTheLibraryForEveryLength) {
    if (!has_sha256_instructions()) GTEST_SKIP() << "this processor has no instructions for it";
    std::mt19937 random{1};
    std::string bytes;
    for (int length = 0; length < 1100; ++length) {
        const auto fast = sha256_fast(bytes);
        Sha256 portable; // libsodium's
        portable.add(bytes);
        ASSERT_EQ((std::string{reinterpret_cast<const char*>(fast.data()), fast.size()}), portable.finish()) << length;
        bytes += static_cast<char>(random());
    }
}
