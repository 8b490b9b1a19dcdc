#include "server/http/negotiate.hpp"

#include "geo/wrap/compress.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace server::http;
using server::Response;

namespace {

constexpr std::array kAll{Coding::zstd, Coding::gzip, Coding::br};

std::string chosen(std::string_view accept) {
    return name(choose_coding(accept, kAll));
}

Response json_of(std::size_t size) {
    Response response;
    response.set("Content-Type", "application/geo+json");
    response.body = std::string(size, 'a');
    return response;
}

} // namespace

TEST(Negotiate, HonoursQualitiesOfCodings) {
    EXPECT_EQ(chosen(""), "identity");
    EXPECT_EQ(chosen("gzip"), "gzip");
    EXPECT_EQ(chosen("gzip, deflate, br"), "gzip");
    EXPECT_EQ(chosen("gzip, deflate, br, zstd"), "zstd");
    EXPECT_EQ(chosen("gzip;q=0"), "identity");
    EXPECT_EQ(chosen("gzip;q=0, br;q=0.1"), "br");
    EXPECT_EQ(chosen("gzip;q=0.5, br;q=0.9"), "br");
    EXPECT_EQ(chosen("*"), "zstd");
    EXPECT_EQ(chosen("*;q=0"), "identity");
    EXPECT_EQ(chosen("zstd;q=0, *"), "gzip");
    EXPECT_EQ(chosen("identity, gzip;q=0.5"), "identity");
    EXPECT_EQ(chosen("identity;q=0.5, gzip"), "gzip");
    EXPECT_EQ(chosen("GZIP ; Q=0.8"), "gzip");
    EXPECT_EQ(chosen("gzip;q=nonsense"), "identity");
    EXPECT_EQ(chosen("deflate"), "identity");
    EXPECT_EQ(chosen("xgzip"), "identity");
}

TEST(Negotiate, HonoursQualitiesOfMediaTypes) {
    EXPECT_EQ(quality("", "text/html"), 1);
    EXPECT_EQ(quality("text/html", "application/json"), 0);
    EXPECT_EQ(quality("text/*;q=0.3, text/html;q=0.7", "text/html"), 0.7);
    EXPECT_EQ(quality("*/*;q=0.1, application/*;q=0.2", "application/json"), 0.2);
    EXPECT_EQ(quality("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"), 0.8);
    EXPECT_EQ(quality("text/html;q=0, */*", "text/html"), 0);
}

TEST(Negotiate, ComparesEntityTagsWeakly) {
    EXPECT_TRUE(matches("\"a\"", "W/\"a\""));
    EXPECT_TRUE(matches("\"x\", W/\"a\"", "\"a\""));
    EXPECT_TRUE(matches("*", "\"a\""));
    EXPECT_FALSE(matches("\"a\"", ""));
    EXPECT_FALSE(matches("\"ab\"", "\"a\""));
    EXPECT_FALSE(matches("a", "\"a\""));
}

TEST(Negotiate, CompressesWhatIsWorthItAndSaysSo) {
    auto response = json_of(5000);
    compress(response, "gzip");
    EXPECT_EQ(response.header("content-encoding"), "gzip");
    EXPECT_EQ(response.header("Vary"), "Accept-Encoding");
    const auto& bytes = std::get<std::string>(response.body);
    EXPECT_LT(bytes.size(), 500u);
    EXPECT_EQ(geo::wrap::decompress(geo::wrap::Coding::gzip, bytes, 10'000), std::string(5000, 'a'));
}

TEST(Negotiate, LeavesSmallPreparedAndPackedBodiesAlone) {
    auto small = json_of(100);
    compress(small, "gzip");
    EXPECT_EQ(small.header("Content-Encoding"), "");
    EXPECT_EQ(small.header("Vary"), "Accept-Encoding") << "a cache must not give a packed one to others";

    auto prepared = json_of(5000);
    prepared.set("Content-Encoding", "br");
    compress(prepared, "gzip");
    EXPECT_EQ(prepared.header("Content-Encoding"), "br");

    auto picture = json_of(5000);
    picture.set("Content-Type", "image/png");
    compress(picture, "gzip");
    EXPECT_EQ(picture.header("Content-Encoding"), "");
    EXPECT_EQ(picture.header("Vary"), "");
}

TEST(Negotiate, NamesAFieldOfVaryOnce) {
    Response response;
    add_vary(response, "Accept");
    add_vary(response, "accept");
    add_vary(response, "Accept-Encoding");
    EXPECT_EQ(response.header("vary"), "Accept, Accept-Encoding");
}
