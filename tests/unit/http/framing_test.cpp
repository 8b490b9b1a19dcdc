#include "server/http/framing.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

using namespace server::http;

namespace {

int judge(const std::string& bytes) {
    Head head;
    return check_head(bytes, head).status;
}

std::string request(const std::string& fields) {
    return "POST /import HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

} // namespace

TEST(Framing, LetsAnOrdinaryRequestThrough) {
    const std::string bytes = "GET /collections?f=json HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n";
    Head head;
    ASSERT_EQ(check_head(bytes, head).status, 0);
    EXPECT_EQ(head.method, "GET");
    EXPECT_EQ(head.target, "/collections?f=json");
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.has_body());
}

TEST(Framing, ReadsLengthCodingAndConnection) {
    Head head;
    const auto sized = request("Content-Length: 12\r\nConnection: close\r\n");
    ASSERT_EQ(check_head(sized, head).status, 0);
    EXPECT_EQ(head.content_length, 12u);
    EXPECT_FALSE(head.keep_alive);
    Head chunked;
    const auto coded = request("transfer-encoding: CHUNKED\r\nExpect: 100-continue\r\n");
    ASSERT_EQ(check_head(coded, chunked).status, 0);
    EXPECT_TRUE(chunked.chunked);
    EXPECT_TRUE(chunked.expects_continue);
}

TEST(Framing, HttpOneZeroClosesUnlessAsked) {
    Head head;
    const std::string plain = "GET / HTTP/1.0\r\nHost: a\r\n\r\n";
    ASSERT_EQ(check_head(plain, head).status, 0);
    EXPECT_FALSE(head.keep_alive);
    const std::string kept = "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n";
    ASSERT_EQ(check_head(kept, head).status, 0);
    EXPECT_TRUE(head.keep_alive);
}

TEST(Framing, HardCase1LengthBesideCodingIs400InAnyOrder) {
    EXPECT_EQ(judge(request("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")), 400);
    EXPECT_EQ(judge(request("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")), 400);
    EXPECT_EQ(judge(request("Transfer-Encoding: gzip\r\nContent-Length: 3\r\n")), 400);
    EXPECT_EQ(judge(request("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")), 400);
}

TEST(Framing, HardCase2CodingOtherThanPlainChunkedIs400) {
    for (const auto* value : {"xchunked", "chunked;q=1", "gzip, chunked", "chunked, chunked", "identity", "",
                              "chunked,", "\"chunked\"", "chunked\t;",
                              "\x0b"
                              "chunked",
                              "gzip"})
        EXPECT_EQ(judge(request("Transfer-Encoding: " + std::string{value} + "\r\n")), 400) << value;
    EXPECT_EQ(judge(request("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
    EXPECT_EQ(judge(request("Transfer-Encoding : chunked\r\n")), 400);
}

TEST(Framing, HardCase3CodingInHttpOneZeroIs400) {
    EXPECT_EQ(judge("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(Framing, HardCase4DoubledOrListedLengthIs400) {
    EXPECT_EQ(judge(request("Content-Length: 3\r\nContent-Length: 3\r\n")), 400);
    for (const auto* value : {"3, 3", "3,4", "+3", "-1", "0x3", "3 3", "", "1e1", "99999999999999999999"})
        EXPECT_EQ(judge(request("Content-Length: " + std::string{value} + "\r\n")), 400) << value;
}

TEST(Framing, HardCase5FoldedLinesAndBareLineEndsAre400) {
    EXPECT_EQ(judge(request("X: a\r\n b\r\n")), 400);
    EXPECT_EQ(judge(request("X: a\r\n\tb\r\n")), 400);
    EXPECT_EQ(judge("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400);
    EXPECT_EQ(judge(request("X: a\nY: b\r\n")), 400);
    EXPECT_EQ(judge(request("X: a\rY: b\r\n")), 400);
    EXPECT_EQ(judge("GET / HTTP/1.1\nHost: a\n\n"), 400);
    EXPECT_EQ(judge(request(std::string{"X: a\0b\r\n", 8})), 400);
}

TEST(Framing, HardCase6NoHostOrTwoIs400) {
    EXPECT_EQ(judge("GET / HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400);
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a/<script>\r\n\r\n"), 400);
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), 400);
}

TEST(Framing, HardCase8TooManyOrTooLongHeadersAre431) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += "X: a\r\n";
    EXPECT_EQ(judge(request(many)), 431);
    many.resize(99 * 6);
    EXPECT_EQ(judge(request(many)), 0);
    EXPECT_EQ(judge(request("X: " + std::string(8192, 'a') + "\r\n")), 431);
    EXPECT_EQ(check_unfinished("GET / HTTP/1.1\r\nX: " + std::string(8300, 'a')).status, 431);
    EXPECT_EQ(check_unfinished("GET / HTTP/1.1\r\nX: " + std::string(800, 'a')).status, 0);
}

TEST(Framing, HardCase9TooLongTargetIs414) {
    const auto with = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    EXPECT_EQ(judge(with(8192)), 0);
    EXPECT_EQ(judge(with(8193)), 414);
    EXPECT_EQ(check_unfinished("GET /" + std::string(8300, 'a')).status, 414);
}

TEST(Framing, HardCase12UnknownMethodIs501) {
    EXPECT_EQ(judge("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    EXPECT_EQ(judge("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    EXPECT_EQ(judge("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    EXPECT_EQ(judge("get / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
}

TEST(Framing, RefusesMalformedRequestLinesAndFields) {
    for (const auto* line : {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET / http/1.1",
                             "GET /\xC3\xA9 HTTP/1.1", "GET /a b HTTP/1.1", "G=T / HTTP/1.1", "GET / HTTP/11"})
        EXPECT_EQ(judge(std::string{line} + "\r\nHost: a\r\n\r\n"), 400) << line;
    for (const auto* field : {"no colon", ": value", "a b: c", "a\x01: c", "X: \x7f"})
        EXPECT_EQ(judge(request(std::string{field} + "\r\n")), 400) << field;
    EXPECT_EQ(judge("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
    EXPECT_EQ(judge(request("Expect: the best\r\n")), 417);
}

TEST(Framing, FindsTheEndOfAHeadEvenBehindBareLineFeeds) {
    EXPECT_EQ(head_length("GET / HTTP/1.1\r\nA: b\r\n\r\nrest"), 24u);
    EXPECT_EQ(head_length("GET / HTTP/1.1\n\nrest"), 16u);
    EXPECT_EQ(head_length("GET / HTTP/1.1\r\nA: b\r\n"), std::nullopt);
    EXPECT_EQ(head_length(""), std::nullopt);
}

// Whatever bytes come, the gate answers with one of its statuses and stays inside the buffer (sanitizers watch).
TEST(Framing, JudgesAnyBytes) {
    std::mt19937 random{42};
    const std::string words[] = {"GET",
                                 " ",
                                 "/",
                                 "HTTP/1.1",
                                 "\r\n",
                                 "\n",
                                 "\r",
                                 "Host",
                                 ":",
                                 "a",
                                 "\t",
                                 "chunked",
                                 ",",
                                 "Expect",
                                 "\r\n\r\n",
                                 "Content-Length",
                                 "1234",
                                 "Transfer-Encoding",
                                 std::string(1, '\0'),
                                 "\xff"};
    for (int round = 0; round < 50'000; ++round) {
        std::string bytes;
        const auto count = random() % 24;
        for (unsigned i = 0; i < count; ++i) bytes += words[random() % std::size(words)];
        Head head;
        const int status = check_head(bytes, head).status;
        EXPECT_TRUE(status == 0 || (status >= 400 && status <= 505));
        check_unfinished(bytes);
        EXPECT_LE(head_length(bytes).value_or(0), bytes.size());
    }
}
