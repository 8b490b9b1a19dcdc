// Hard cases 1 to 12 on the wire: bytes in, bytes out, against the real program.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>

using test::RawClient;
using test::Server;
using test::TemporaryFolder;

namespace {

class FramingApi : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder = new TemporaryFolder;
        server = new Server{folder->path("data")};
    }
    static void TearDownTestSuite() {
        EXPECT_EQ(server->stop(), 0);
        delete server;
        delete folder;
    }

    // The status, and that the connection ends: nobody can know where the next request would begin.
    static int refused(const std::string& bytes) {
        RawClient client{server->port()};
        const auto status = client.ask(bytes).status;
        EXPECT_TRUE(client.closed()) << bytes;
        return status;
    }
    static std::string post(const std::string& fields, const std::string& body = {}) {
        return "POST /collections HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
    }

    static inline TemporaryFolder* folder = nullptr;
    static inline Server* server = nullptr;
};

} // namespace

TEST_F(FramingApi, Case1LengthWithCoding) {
    EXPECT_EQ(refused(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello")), 400);
    EXPECT_EQ(refused(post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "hello")), 400);
}

TEST_F(FramingApi, Case2CodingsThatAreNotChunkedAlone) {
    for (const auto* coding : {"xchunked", "chunked;q=1", "gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked"})
        EXPECT_EQ(refused(post("Transfer-Encoding: " + std::string{coding} + "\r\n", "0\r\n\r\n")), 400) << coding;
}

TEST_F(FramingApi, Case3CodingInHttpOneZero) {
    EXPECT_EQ(refused("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST_F(FramingApi, Case4DoubledOrListedLength) {
    EXPECT_EQ(refused(post("Content-Length: 2\r\nContent-Length: 2\r\n", "hi")), 400);
    EXPECT_EQ(refused(post("Content-Length: 2\r\nContent-Length: 3\r\n", "hi")), 400);
    EXPECT_EQ(refused(post("Content-Length: 2, 2\r\n", "hi")), 400);
}

TEST_F(FramingApi, Case5FoldedLinesAndBareLineEnds) {
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"), 400);
    EXPECT_EQ(refused("GET / HTTP/1.1\nHost: a\n\n"), 400);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"), 400);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: w\r\n\r\n"), 400);
}

TEST_F(FramingApi, Case6NoHostOrTwo) {
    EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
}

TEST_F(FramingApi, Case7Trailers) {
    for (const auto* trailer :
         {"Transfer-Encoding: chunked", "Content-Length: 1", "Host: b", "Authorization: Bearer x"})
        EXPECT_EQ(refused(post("Transfer-Encoding: chunked\r\n", "0\r\n" + std::string{trailer} + "\r\n\r\n")), 400)
            << trailer;
    std::string flood = "0\r\n";
    for (int i = 0; i < 2000; ++i) flood += "X: 0123456789\r\n";
    EXPECT_EQ(refused(post("Transfer-Encoding: chunked\r\n", flood + "\r\n")), 400);
}

TEST_F(FramingApi, Case8Headers) {
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x') + "\r\n\r\n"), 431);
    std::string many;
    for (int i = 0; i < 101; ++i) many += "X: y\r\n";
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\n" + many + "\r\n"), 431);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2'000'000, 'x')), 431) << "without an end";
}

TEST_F(FramingApi, Case9Target) {
    EXPECT_EQ(refused("GET /" + std::string(8193, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
    EXPECT_EQ(refused("GET /" + std::string(2'000'000, 'a')), 414) << "without an end";
}

TEST_F(FramingApi, Case10Body) {
    EXPECT_EQ(refused(post("Content-Length: 1048577\r\n")), 413);
    EXPECT_EQ(refused(post("Content-Length: 999999999999999999\r\n")), 413);
    std::string chunks;
    for (int i = 0; i < 1100; ++i) chunks += "400\r\n" + std::string(1024, 'x') + "\r\n";
    EXPECT_EQ(refused(post("Transfer-Encoding: chunked\r\n", chunks)), 413);
}

TEST_F(FramingApi, Case12Methods) {
    RawClient client{server->port()};
    const auto wrong = client.ask("DELETE /tiles/reports/0/0/0.mvt HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(refused("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    EXPECT_EQ(refused("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
}

TEST_F(FramingApi, ASmuggledRequestIsNeverAnswered) {
    RawClient client{server->port()};
    client.send(post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                     "0\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_EQ(client.read().status, 400);
    EXPECT_EQ(client.read().status, 0) << "one answer, then the end";
}

TEST_F(FramingApi, PipelinedRequestsAreAnsweredInOrder) {
    RawClient client{server->port()};
    std::string many;
    for (int i = 0; i < 50; ++i) many += "GET /nothing" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(many);
    for (int i = 0; i < 50; ++i)
        ASSERT_NE(client.read().body.find("\"/nothing" + std::to_string(i) + "\""), std::string::npos) << i;
}
