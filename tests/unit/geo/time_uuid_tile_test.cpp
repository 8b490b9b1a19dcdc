#include "geo/tile.hpp"
#include "geo/time.hpp"
#include "geo/uuid.hpp"
#include "geo/wrap/crypto.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

using namespace geo;

// ---- time --------------------------------------------------------------------------------------------------------

TEST(Time, KnownInstants) {
    // 1 772 366 400 = date -u -d 2026-03-01T12:00:00Z +%s
    EXPECT_EQ(from_rfc3339("2026-03-01T12:00:00Z"), Instant{1'772'366'400'000'000});
    EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00Z"), Instant{0});
    EXPECT_EQ(from_rfc3339("1969-12-31T23:59:59.5Z"), Instant{-500'000});
    // the examples of RFC 3339 5.8
    EXPECT_EQ(from_rfc3339("1985-04-12T23:20:50.52Z"), Instant{482'196'050'520'000});
    EXPECT_EQ(from_rfc3339("1996-12-19T16:39:57-08:00"), from_rfc3339("1996-12-20T00:39:57Z"));
    EXPECT_EQ(from_rfc3339("1990-12-31T23:59:60Z"), from_rfc3339("1991-01-01T00:00:00Z"));
    EXPECT_EQ(from_rfc3339("1990-12-31T15:59:60-08:00"), from_rfc3339("1991-01-01T00:00:00Z"));
    EXPECT_EQ(from_rfc3339("2026-03-01"), from_rfc3339("2026-03-01T00:00:00Z"));
    EXPECT_EQ(from_rfc3339("2024-02-29T05:00:00+05:00"), from_rfc3339("2024-02-29"));
}

TEST(Time, WhatIsNoInstantIsNothing) {
    for (const char* text : {"",
                             "2026",
                             "2026-03",
                             "2026-3-1",
                             "2026-13-01",
                             "2026-00-01",
                             "2026-02-29",
                             "2026-04-31",
                             "2026-03-01T12:00:00",
                             "2026-03-01T12:00Z",
                             "2026-03-01T24:00:00Z",
                             "2026-03-01T25:00:00Z",
                             "2026-03-01T12:60:00Z",
                             "2026-03-01T12:00:60Z",
                             "2026-03-01T12:00:61Z",
                             "2026-03-01T12:00:00Zx",
                             "2026-03-01T12:00:00.Z",
                             "2026-03-01T12:00:00+5:00",
                             "2026-03-01T12:00:00+0500",
                             "2026-03-01T12:00:00+24:00",
                             "2026-03-01 ",
                             "2026-03-01T",
                             "+2026-03-01",
                             "20260301",
                             "2026-03-01T12:00:00,5Z",
                             "0000-01-01T00:00:00+01:00",
                             "9999-12-31T23:59:59-01:00",
                             " 2026-03-01T12:00:00Z"}) {
        EXPECT_FALSE(from_rfc3339(text)) << text;
    }
}

TEST(Time, WritesNoFractionThatIsZeroAndNoTrailingZeros) {
    EXPECT_EQ(to_rfc3339({1'772'366'400'000'000}), "2026-03-01T12:00:00Z");
    EXPECT_EQ(to_rfc3339({1'772'366'400'500'000}), "2026-03-01T12:00:00.5Z");
    EXPECT_EQ(to_rfc3339({1'772'366'400'000'001}), "2026-03-01T12:00:00.000001Z");
    EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(to_rfc3339(*from_rfc3339("2026-03-01T12:00:00.1234567Z")), "2026-03-01T12:00:00.123456Z");
}

TEST(Time, WhatIsWrittenReadsBackTheSame) {
    std::mt19937_64 random{1};
    std::uniform_int_distribution<std::int64_t> any{from_rfc3339("0000-01-01")->us, from_rfc3339("9999-12-31")->us};
    for (int i = 0; i < 20'000; ++i) {
        const Instant t{any(random)};
        ASSERT_EQ(from_rfc3339(to_rfc3339(t)), t) << to_rfc3339(t);
    }
}

TEST(Time, ANaiveTimeIsUtcAndHasNoZone) {
    EXPECT_EQ(from_naive_utc("2018-02-01 00:00:00.000"), from_rfc3339("2018-02-01"));
    EXPECT_EQ(from_naive_utc("2018-02-01T10:30"), from_rfc3339("2018-02-01T10:30:00Z"));
    EXPECT_EQ(from_naive_utc("2018-02-01"), from_rfc3339("2018-02-01"));
    EXPECT_FALSE(from_naive_utc("2018-02-01T10:30:00Z"));
    EXPECT_FALSE(from_naive_utc("2018-02-01 10"));
}

// ---- uuid --------------------------------------------------------------------------------------------------------

TEST(Uuid, Version7RisesWithTimeEvenWithinAMillisecond) {
    Uuid last = make_uuid7();
    for (int i = 0; i < 20'000; ++i) {
        const Uuid next = make_uuid7();
        ASSERT_LT(last, next);
        last = next;
    }
    EXPECT_EQ(last.bytes[6] >> 4, 7);
    EXPECT_EQ(last.bytes[8] >> 6, 2);
    std::int64_t ms = 0;
    for (int i = 0; i < 6; ++i) ms = ms << 8 | last.bytes[static_cast<std::size_t>(i)];
    EXPECT_NEAR(static_cast<double>(ms), static_cast<double>(now().us / 1000), 60'000);
}

TEST(Uuid, ThreadsNeverMakeTheSame) {
    std::vector<std::vector<Uuid>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& own : made) {
            threads.emplace_back([&own] {
                for (int i = 0; i < 5000; ++i) own.push_back(make_uuid7());
            });
        }
    }
    std::set<Uuid> all;
    for (const auto& own : made) all.insert(own.begin(), own.end());
    EXPECT_EQ(all.size(), 20'000u);
}

TEST(Uuid, TheSameKeyGivesTheSameId) {
    // SHA-256("abc") = ba7816bf 8f01cfea 414140de 5dae2223 … (FIPS 180-4 example), with version 8 and variant set
    EXPECT_EQ(to_string(uuid_from_hash("abc")), "ba7816bf-8f01-8fea-8141-40de5dae2223");
    EXPECT_NE(uuid_from_hash("abc"), uuid_from_hash("abd"));
}

TEST(Uuid, OnlyThirtySixCharactersParse) {
    const char* text = "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"; // RFC 9562 A.6
    const auto id = parse_uuid(text);
    ASSERT_TRUE(id);
    EXPECT_EQ(to_string(*id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    for (const char* bad : {"", "017F22E279B07CC398C4DC0C0C07398F", "{017F22E2-79B0-7CC3-98C4-DC0C0C07398F}",
                            "017F22E2-79B0-7CC3-98C4-DC0C0C07398G", "017F22E2-79B0-7CC3-98C4-DC0C0C07398",
                            "017F22E27-9B0-7CC3-98C4-DC0C0C07398F", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F "}) {
        EXPECT_FALSE(parse_uuid(bad)) << bad;
    }
}

// ---- hashes ------------------------------------------------------------------------------------------------------

TEST(Crypto, KnownDigests) {
    EXPECT_EQ(wrap::sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(wrap::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // printf abc | b2sum -l 256
    EXPECT_EQ(wrap::blake2b_256_hex("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    wrap::Sha256 pieces;
    pieces.add("a");
    pieces.add("bc");
    EXPECT_EQ(pieces.finish(), wrap::sha256("abc"));
    EXPECT_EQ(wrap::sha256("abc").size(), 32u);
}

TEST(Crypto, RandomBytesDiffer) {
    EXPECT_EQ(wrap::random_bytes(32).size(), 32u);
    EXPECT_NE(wrap::random_bytes(32), wrap::random_bytes(32));
    EXPECT_TRUE(wrap::equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(wrap::equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(wrap::equal_in_constant_time("abc", "ab"));
}

// ---- tiles -------------------------------------------------------------------------------------------------------

TEST(Tile, KnownTileNumbers) {
    // by the formulas of the OpenStreetMap wiki, "Slippy map tilenames"
    EXPECT_EQ(tile_at({0.1, 0.1}, 1), (TileId{1, 1, 0}));
    EXPECT_EQ(tile_at({-0.1, -0.1}, 1), (TileId{1, 0, 1}));
    EXPECT_EQ(tile_at({139.7006793, 35.6590699}, 18), (TileId{18, 232798, 103246}));
    EXPECT_EQ(tile_at({180, -90}, 3), (TileId{3, 7, 7}));
    EXPECT_EQ(tile_at({-180, 90}, 3), (TileId{3, 0, 0}));
    EXPECT_EQ(tile_at({20.0, 41.0}, 0), (TileId{0, 0, 0}));
}

TEST(Tile, OnlyNumbersOfThePyramidAreValid) {
    EXPECT_TRUE(valid({0, 0, 0}));
    EXPECT_TRUE(valid({22, (1 << 22) - 1, 0}));
    EXPECT_FALSE(valid({0, 1, 0}));
    EXPECT_FALSE(valid({3, 0, 8}));
    EXPECT_FALSE(valid({3, -1, 0}));
    EXPECT_FALSE(valid({-1, 0, 0}));
    EXPECT_FALSE(valid({23, 0, 0}));
}

TEST(Tile, MercatorIsExactToTheCentimetre) {
    EXPECT_EQ(to_mercator({0, 0}), (MercatorPoint{0, 0}));
    EXPECT_EQ(to_mercator({180, 85.0511287798066}), (MercatorPoint{2'003'750'834, 2'003'750'834}));
    EXPECT_EQ(to_mercator({-180, -90}), (MercatorPoint{-2'003'750'834, -2'003'750'834}));
    // echo 70 30 | cs2cs EPSG:4326 EPSG:3857 (lon,lat): 7792364.3555 3503549.8435
    EXPECT_EQ(to_mercator({70, 30}), (MercatorPoint{779'236'436, 350'354'984}));
    std::mt19937 random{5};
    std::uniform_real_distribution<double> lon{-180, 180}, lat{-85, 85};
    for (int i = 0; i < 20'000; ++i) {
        const MercatorPoint p = to_mercator({lon(random), lat(random)});
        const Point back = to_lon_lat(p);
        ASSERT_EQ(to_mercator(back), p);
    }
}

TEST(Tile, NeighboursShareTheirEdgeToTheCentimetre) {
    std::mt19937_64 random{6};
    for (int i = 0; i < 5000; ++i) {
        const int z = 1 + static_cast<int>(random() % 22);
        const auto side = std::int64_t{1} << z;
        const TileId id{z, static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(side - 1)),
                        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(side - 1))};
        ASSERT_EQ(tile_box(id).max_x, tile_box({z, id.x + 1, id.y}).min_x);
        ASSERT_EQ(tile_box(id).min_y, tile_box({z, id.x, id.y + 1}).max_y);
    }
}

TEST(Tile, ABufferedWorldStaysWithinInt32) {
    const MercatorBox box = tile_box({0, 0, 0}, 0.0625);
    EXPECT_EQ(box.min_x, INT32_MIN); // 2 003 750 834 + 250 468 854 is more than 2^31
    EXPECT_EQ(box.max_x, INT32_MAX);
    const MercatorBox inner = tile_box({1, 0, 0}, 0.0625);
    EXPECT_EQ(inner.max_x, 125'234'427);
}

TEST(Tile, TheDegreesBoxIsTheTileOfItsMiddle) {
    for (int z = 0; z <= kMaxZoom; ++z) {
        const TileId id = tile_at({67.0, 30.2}, z);
        const Box box = tile_lon_lat_box(id);
        EXPECT_TRUE(box.contains({67.0, 30.2}));
        EXPECT_EQ(tile_at({(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2}, z), id);
    }
    EXPECT_NEAR(tile_lon_lat_box({0, 0, 0}).max_y, kMercatorMaxLat_deg, 1e-9);
    EXPECT_NEAR(pixel_size_m(0), 156543.03392804097, 1e-6); // 2 pi a / 256
}
