// Answers given again to the same bytes: nobody gets one that no longer holds, nor another's.
#include "server/http/listener.hpp"
#include "server/http/memo.hpp"

#include "raw_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

using namespace server;
using server::http::Listener;
using server::http::Memo;
using server::http::Plan;
using test::RawClient;

namespace {

class MemoTest : public testing::Test {
protected:
    MemoTest() {
        limits.spool_dir = std::filesystem::temp_directory_path();
        service.plan = [](std::string_view, std::string_view) { return Plan{.route = "tile"}; };
        service.handle = [this](Request& request) {
            ++handled;
            Response response;
            response.set("Content-Type", "text/plain");
            const std::string who{request.header("authorization")};
            response.body =
                std::make_shared<const std::string>(who + "#" + std::to_string(handled) + std::string(extra, '.'));
            response.holds = [this, era = era.load()] { return era == this->era; };
            return response;
        };
        service.done = [this](const Request& request, const http::Done& done) {
            if (request.route == "tile" && done.status == 200) bytes_reported += done.body_bytes;
        };
        listener = std::make_unique<Listener>("127.0.0.1", 0, limits, service);
    }

    static std::string get(const std::string& target, const std::string& more = {}) {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
    }

    http::Limits limits;
    http::Service service;
    std::atomic<int> handled{0};
    std::atomic<int> era{0};
    std::atomic<std::uint64_t> bytes_reported{0};
    std::size_t extra = 0;
    std::unique_ptr<Listener> listener;
};

TEST_F(MemoTest, the_same_bytes_have_the_same_answer_while_it_holds_and_not_once_longer) {
    RawClient client{listener->port()};
    const auto first = client.ask(get("/a"));
    EXPECT_EQ(first.body, "#1");
    for (int i = 0; i < 5; ++i) {
        const auto again = client.ask(get("/a"));
        EXPECT_EQ(again.body, "#1");
        EXPECT_EQ(again.header("Content-Type"), "text/plain");
        EXPECT_EQ(again.header("Date").size(), 29u);
    }
    EXPECT_EQ(handled, 1);
    ++era; // acknowledged to some writer: from now on nobody may see the old one
    EXPECT_EQ(client.ask(get("/a")).body, "#2");
    EXPECT_EQ(client.ask(get("/a")).body, "#2");
    EXPECT_EQ(handled, 2);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (bytes_reported < 16 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_EQ(bytes_reported, 16u) << "each answer is counted and logged";
}

TEST_F(MemoTest, another_caller_or_any_other_byte_is_judged_anew) {
    RawClient client{listener->port()};
    EXPECT_EQ(client.ask(get("/a", "Authorization: Bearer one\r\n")).body, "Bearer one#1");
    EXPECT_EQ(client.ask(get("/a", "Authorization: Bearer two\r\n")).body, "Bearer two#2");
    EXPECT_EQ(client.ask(get("/a")).body, "#3");
    EXPECT_EQ(client.ask(get("/a", "Authorization: Bearer one\r\n")).body, "Bearer one#1");
    EXPECT_EQ(client.ask(get("/a", "X: 1\r\n")).body, "#4");
    client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read(true).body, "");
    const auto last = client.ask(get("/a", "Connection: close\r\n"));
    EXPECT_EQ(last.header("Connection"), "close");
    EXPECT_TRUE(client.closed());
    RawClient other{listener->port()};
    const auto closing = other.ask(get("/a", "Connection: close\r\n"));
    EXPECT_EQ(closing.header("Connection"), "close");
}

TEST_F(MemoTest, a_large_answer_arrives_whole_at_a_slow_reader_and_pipelined) {
    extra = 3u << 20; // more than the sockets between them hold
    RawClient client{listener->port()};
    const auto first = client.ask(get("/a"));
    client.send(get("/a") + get("/a") + get("/b"));
    EXPECT_TRUE(client.read().body == first.body);
    EXPECT_TRUE(client.read().body == first.body);
    EXPECT_EQ(client.read().body.substr(0, 2), "#" + std::to_string(handled));
}

TEST(Memo, stays_within_its_bounds_and_keeps_what_is_used) {
    Memo memo;
    const auto kept = [](const std::string& body) {
        return Memo::Kept{.head = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",
                          .body = std::make_shared<const std::string>(body),
                          .holds = [] { return true; },
                          .request = {}};
    };
    memo.keep("hot", kept("hot"));
    std::weak_ptr<const std::string> early;
    for (int i = 0; i < 20'000; ++i) {
        auto one = kept(std::string(20'000, 'x'));
        if (i == 0) early = one.body;
        memo.keep("cold " + std::to_string(i), std::move(one));
        ASSERT_NE(memo.find("hot"), nullptr) << i;
    }
    EXPECT_TRUE(early.expired());
    EXPECT_EQ(memo.find("cold 0"), nullptr);
    EXPECT_NE(memo.find("cold 19999"), nullptr);
    EXPECT_NE(memo.find("hot")->head.find("Date: "), std::string::npos);
    EXPECT_EQ(memo.find("hot")->head.find("1970"), std::string::npos);
}

} // namespace
