#include "server/http/url.hpp"

#include "geo/error.hpp"

#include <gtest/gtest.h>

#include <random>

using server::http::parse_target;
using server::http::percent_encode;

namespace {

bool refused(std::string_view target) {
    try {
        parse_target(target);
        return false;
    } catch (const geo::Error& error) {
        return error.code == geo::ErrorCode::invalid_input;
    }
}

} // namespace

TEST(Url, TakesAPathApart) {
    EXPECT_EQ(parse_target("/").segments, (std::vector<std::string>{""}));
    EXPECT_EQ(parse_target("/a/b").segments, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(parse_target("/map/").segments, (std::vector<std::string>{"map", ""}));
    EXPECT_EQ(parse_target("/a%20b/%C3%A9").segments, (std::vector<std::string>{"a b", "é"}));
    EXPECT_EQ(parse_target("/a+b").segments, (std::vector<std::string>{"a+b"}));
}

TEST(Url, TakesAQueryApartInItsOrder) {
    const auto url = parse_target("/a?x=1&y=a+b%2Bc&&z&x=2=3");
    const std::vector<std::pair<std::string, std::string>> expected{
        {"x", "1"}, {"y", "a b+c"}, {"z", ""}, {"x", "2=3"}};
    EXPECT_EQ(url.query, expected);
}

TEST(Url, TakesTheAbsoluteForm) {
    EXPECT_EQ(parse_target("http://host:80/a?b=c").segments, (std::vector<std::string>{"a"}));
    EXPECT_EQ(parse_target("http://host").segments, (std::vector<std::string>{""}));
    EXPECT_TRUE(refused("http://host?x=1"));
    EXPECT_TRUE(refused("ftp://host/a"));
}

// Hard case 15 and its whole class.
TEST(Url, RefusesWhatTwoReadersCouldReadInTwoWays) {
    for (const auto* target :
         {"/..%2f",     "/a/..",    "/./a",        "/%2e%2e/a", "/%2E/a",  "/a%2Fb",     "/a%5cb",
          "/%00",       "/a?x=%00", "/%0a",        "/%7f",      "/%c0%af", "/%e0%80%af", "/%f8%88%80%80%80",
          "/%ed%a0%80", "/%ff",     "/a?x=%c0%80", "/%",        "/%1",     "/%zz",       "/a?%g1=1",
          "/a#b",       "",         "a",           "*",         "?a=b"})
        EXPECT_TRUE(refused(target)) << target;
}

TEST(Url, RefusesMoreParametersThanAnybodyNeeds) {
    std::string target = "/a?";
    for (int i = 0; i < 100; ++i) target += "x=1&";
    EXPECT_FALSE(refused(target));
    EXPECT_TRUE(refused(target + "x=1"));
}

TEST(Url, EncodingThenParsingGivesTheTextBack) {
    std::mt19937 random{20260301};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) text += static_cast<char>(0x20 + random() % 0x5F);
        EXPECT_EQ(parse_target("/a?v=" + percent_encode(text)).query.front().second, text);
    }
}

TEST(Url, AnswersOrRefusesAnyBytes) {
    std::mt19937 random{7};
    for (int round = 0; round < 20'000; ++round) {
        std::string target = "/";
        const auto length = random() % 40;
        for (unsigned i = 0; i < length; ++i) target += "%/?&=.+a2f\xC3\xA9#"[random() % 14];
        try {
            for (const auto& segment : parse_target(target).segments) {
                EXPECT_EQ(segment.find('/'), std::string::npos);
                EXPECT_NE(segment, "..");
            }
        } catch (const geo::Error& error) {
            EXPECT_EQ(error.code, geo::ErrorCode::invalid_input);
        }
    }
}
