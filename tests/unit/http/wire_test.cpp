#include "server/http/wire.hpp"

#include "server/http/error_status.hpp"
#include "server/http/text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace server::http;
using server::Response;

TEST(Wire, WritesTheDateAsRfc9110Does) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); // RFC 9110 5.6.7
}

TEST(Wire, SaysHowTheBodyEnds) {
    Response response;
    EXPECT_NE(response_head(response, {.content_length = 3}, 0).find("\r\nContent-Length: 3\r\n"), std::string::npos);
    EXPECT_NE(response_head(response, {}, 0).find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(response_head(response, {.http_1_0 = true}, 0).find("Transfer-Encoding"), std::string::npos);
    response.status = 304;
    EXPECT_EQ(response_head(response, {.content_length = 0}, 0).find("Content-Length"), std::string::npos);
}

TEST(Wire, LetsNoLineBreakOutThroughAValue) {
    Response response;
    response.set("X", "a\r\nSet-Cookie: b");
    EXPECT_EQ(response_head(response, {.content_length = 0}, 0).find("\r\nSet-Cookie"), std::string::npos);
}

TEST(Problem, TellsTheCallersFaultAndHidesOurs) {
    const auto theirs = problem(geo::Error{geo::ErrorCode::invalid_input, "limit: at least 1.", "limit"}, "/a");
    EXPECT_EQ(theirs.status, 400);
    EXPECT_EQ(theirs.header("content-type"), "application/problem+json");
    const auto body = nlohmann::json::parse(std::get<std::string>(theirs.body));
    EXPECT_EQ(body["detail"], "limit: at least 1.");
    EXPECT_EQ(body["pointer"], "limit");
    EXPECT_EQ(body["instance"], "/a");

    const auto ours = problem(geo::Error{geo::ErrorCode::internal, "no such table: version_3"}, "/a");
    EXPECT_EQ(ours.status, 500);
    EXPECT_EQ(std::get<std::string>(ours.body).find("table"), std::string::npos);

    const auto unknown = problem(std::make_exception_ptr(std::runtime_error{"/var/lib/secret"}), "/a");
    EXPECT_EQ(unknown.status, 500);
    EXPECT_EQ(std::get<std::string>(unknown.body).find("secret"), std::string::npos);
}

TEST(Problem, KnowsEveryCode) {
    for (int code = 0; code <= static_cast<int>(geo::ErrorCode::internal); ++code)
        EXPECT_EQ(error_status(static_cast<geo::ErrorCode>(code)).code, static_cast<geo::ErrorCode>(code));
}

TEST(Problem, SurvivesAnInstanceThatIsNoText) {
    const auto response = problem(geo::Error{geo::ErrorCode::not_found, "no"}, "/\xff");
    EXPECT_NO_THROW(nlohmann::json::parse(std::get<std::string>(response.body)));
}

TEST(Text, TellsUtf8FromWhatOnlyLooksLikeIt) {
    for (const auto* good : {"", "a", "é", "€", "سرحد", "\xF0\x9F\x97\xBA"}) EXPECT_TRUE(is_utf8(good)) << good;
    for (const auto* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3",
                            "\xE2\x82", "\xF8\x88\x80\x80\x80"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}
