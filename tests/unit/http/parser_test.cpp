#include "server/http/parser.hpp"

#include <gtest/gtest.h>

using namespace server::http;

namespace {

struct Outcome {
    int status = 0;
    bool done = false;
    std::string body;
    std::size_t left = 0;
};

// Feeds the bytes in pieces, as a slow network would.
Outcome feed(std::string bytes, std::size_t piece, std::uint64_t limit = 1000) {
    Parser parser{limit};
    Outcome out;
    std::string input;
    std::size_t at = 0;
    while (!parser.done() && !parser.status()) {
        input.erase(0, parser.put(input));
        if (parser.done() || parser.status() || at >= bytes.size()) break;
        input += bytes.substr(at, piece);
        at += piece;
    }
    out.status = parser.status();
    out.done = parser.done();
    out.body = parser.take_body();
    out.left = input.size();
    return out;
}

const std::string kChunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

} // namespace

TEST(Parser, DecodesABodyWhereverItIsCut) {
    const auto sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    const auto chunked = kChunkedHead + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece < 120; ++piece) {
        EXPECT_EQ(feed(sized, piece).body, "hello");
        const auto outcome = feed(chunked, piece);
        EXPECT_EQ(outcome.body, "hello") << piece;
        EXPECT_TRUE(outcome.done);
    }
}

TEST(Parser, GivesHeaderNamesInLowerCase) {
    Parser parser{10};
    parser.put("GET / HTTP/1.1\r\nHoSt:  a \r\nX-Y: 1\r\n\r\n");
    ASSERT_TRUE(parser.done());
    EXPECT_EQ(parser.take_headers(), (server::Headers{{"host", "a"}, {"x-y", "1"}}));
}

TEST(Parser, LeavesTheNextRequestOfAPipeline) {
    EXPECT_EQ(feed("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b", 1000).left, 6u);
    EXPECT_EQ(feed(kChunkedHead + "0\r\n\r\nGET /b", 1000).left, 6u);
}

// Hard case 7 and more: Beast would merge trailers into the header.
TEST(Parser, RefusesEveryTrailer) {
    for (const auto* trailer : {"Authorization: Bearer x", "Host: evil", "Content-Length: 3", "X: y"})
        for (std::size_t piece : {1u, 7u, 1000u})
            EXPECT_EQ(feed(kChunkedHead + "1\r\na\r\n0\r\n" + trailer + "\r\n\r\n", piece).status, 400) << trailer;
}

TEST(Parser, RefusesChunkExtensionsAndMalformedChunks) {
    for (const auto* body : {"1;a=b\r\nx\r\n0\r\n\r\n", "1;\nx\r\n0\r\n\r\n", "0;x\r\n\r\n", "x\r\n", "-1\r\nx\r\n",
                             "1\r\nxy\r\n0\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", "ffffffffffffffffff\r\n"})
        EXPECT_EQ(feed(kChunkedHead + body, 1000).status, 400) << body;
}

// Hard case 10, declared and chunked.
TEST(Parser, RefusesABodyOverItsLimit) {
    EXPECT_EQ(feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 1000, 10).status, 413);
    EXPECT_EQ(feed(kChunkedHead + "6\r\nabcdef\r\n5\r\nghijk\r\n0\r\n\r\n", 1000, 10).status, 413);
    EXPECT_EQ(feed(kChunkedHead + "6\r\nabcdef\r\n4\r\nghij\r\n0\r\n\r\n", 1000, 10).status, 0);
}

TEST(Parser, AgreesWithTheGateOnWhatTheGateLetsThrough) {
    for (const std::string bytes :
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"}) {
        Head head;
        ASSERT_EQ(check_head(bytes, head).status, 0);
        Parser parser{1000};
        parser.put(bytes);
        EXPECT_TRUE(parser.agrees(head)) << bytes;
    }
}
