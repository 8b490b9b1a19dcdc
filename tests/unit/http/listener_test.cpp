// Long because every promise of the door is shown with one set of handlers.
#include "server/http/listener.hpp"

#include "raw_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;
using namespace server;
using server::http::Done;
using server::http::Limits;
using server::http::Listener;
using server::http::Plan;
using server::http::Service;
using test::RawClient;

namespace {

// Handlers wait here until the test lets them go on.
class Gate {
public:
    void open() {
        {
            const std::lock_guard lock{mutex_};
            open_ = true;
        }
        wake_.notify_all();
    }
    void pass() {
        std::unique_lock lock{mutex_};
        ++inside_;
        wake_.notify_all();
        wake_.wait_for(lock, 20s, [this] { return open_; });
    }
    bool wait_until_inside(int count) {
        std::unique_lock lock{mutex_};
        return wake_.wait_for(lock, 10s, [&] { return inside_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool open_ = false;
    int inside_ = 0;
};

class Counting : public BodySource {
public:
    explicit Counting(int lines, bool breaks) : lines_{lines}, breaks_{breaks} {}
    bool next(std::string& out) override {
        if (breaks_ && at_ == lines_ / 2) throw std::runtime_error{"broken"};
        out += std::to_string(at_) + std::string(1000, '.') + "\n";
        return ++at_ < lines_;
    }

private:
    int lines_;
    bool breaks_;
    int at_ = 0;
};

class ListenerTest : public testing::Test {
protected:
    ListenerTest() {
        spool_ = std::filesystem::temp_directory_path() / ("sarhad-listener-" + std::to_string(::getpid()));
        std::filesystem::create_directories(spool_);
        limits.spool_dir = spool_;
        service.plan = [](std::string_view, std::string_view target) {
            Plan plan{.route = "test"};
            plan.max_body_bytes = 1000;
            if (target == "/upload") {
                plan.max_body_bytes = 1u << 20;
                plan.spool = true;
            }
            if (target == "/brief") plan.deadline = 200ms;
            plan.urgent = target == "/urgent";
            return plan;
        };
        service.admit = [](Request& request) -> std::optional<Response> {
            if (request.header("authorization").empty()) return std::nullopt;
            return text_response(401, "no");
        };
        service.handle = [this](Request& request) { return handle(request); };
    }
    ~ListenerTest() override {
        gate.open();
        listener.reset();
        std::filesystem::remove_all(spool_);
    }

    static Response text_response(int status, std::string text) {
        Response response;
        response.status = status;
        response.set("Content-Type", "text/plain");
        response.body = std::move(text);
        return response;
    }

    Response handle(Request& request) {
        if (request.target == "/wait") {
            gate.pass();
            return text_response(200, request.stop.stop_requested() ? "stopped" : "waited");
        }
        if (request.target == "/until-stopped" || request.target == "/brief") {
            std::mutex mutex;
            std::condition_variable_any wake;
            std::unique_lock lock{mutex};
            gate.open();
            wake.wait_for(lock, request.stop, 20s, [] { return false; });
            stopped = request.stop.stop_requested();
            return text_response(503, "stopped");
        }
        if (request.target == "/later") {
            EXPECT_TRUE(request.may_come_later);
            Response response;
            response.later = [this](const std::function<void(Answer)>& tell) {
                const std::lock_guard lock{later_mutex_};
                tell_ = tell;
                later_asked_.notify_all();
            };
            return response;
        }
        if (request.target == "/stream" || request.target == "/broken") {
            Response response;
            response.body = std::make_unique<Counting>(500, request.target == "/broken");
            return response;
        }
        if (request.target == "/shared") {
            Response response;
            response.body = std::make_shared<const std::string>(3'000'000, 'x');
            return response;
        }
        if (request.target == "/upload") {
            std::ifstream in{request.body_file, std::ios::binary};
            std::string bytes{std::istreambuf_iterator<char>{in}, {}};
            return text_response(200, std::to_string(bytes.size()) + (bytes.empty() ? ' ' : bytes.back()));
        }
        return text_response(200, request.method + " " + request.target + " " + request.body);
    }

    std::uint16_t start() {
        listener = std::make_unique<Listener>("127.0.0.1", 0, limits, service);
        return listener->port();
    }

    // Waits for a request of /later and answers it from a thread of its own.
    std::thread answer_later(const std::string& text) {
        std::unique_lock lock{later_mutex_};
        EXPECT_TRUE(later_asked_.wait_for(lock, 10s, [this] { return tell_ != nullptr; }));
        return std::thread{[tell = std::exchange(tell_, nullptr), text] {
            if (tell) tell([text] { return text_response(201, text); });
        }};
    }

    static std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

    Limits limits;
    Service service;
    Gate gate;
    std::atomic<bool> stopped = false;
    std::unique_ptr<Listener> listener;
    std::filesystem::path spool_;
    std::mutex later_mutex_;
    std::condition_variable later_asked_;
    std::function<void(Answer)> tell_;
};

} // namespace

TEST_F(ListenerTest, KeepsTheConnectionAndAnswersAPipelineInOrder) {
    RawClient client{start()};
    client.send(get("/1") + get("/2") + "POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" + get("/4"));
    EXPECT_EQ(client.read().body, "GET /1 ");
    EXPECT_EQ(client.read().body, "GET /2 ");
    EXPECT_EQ(client.read().body, "POST /3 hi");
    EXPECT_EQ(client.read().body, "GET /4 ");
    EXPECT_EQ(client.ask("\r\n" + get("/5")).body, "GET /5 ") << "an empty line before a request is skipped";
}

TEST_F(ListenerTest, AnswersHeadWithoutABody) {
    RawClient client{start()};
    client.send("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/2"));
    const auto answer = client.read(true);
    EXPECT_EQ(answer.header("Content-Length"), "7");
    EXPECT_EQ(client.read().body, "GET /2 ");
}

TEST_F(ListenerTest, ClosesWhenAsked) {
    RawClient client{start()};
    const auto answer = client.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, StreamsInChunksAndToTheEndOfAnOldConnection) {
    const auto port = start();
    RawClient client{port};
    const auto chunked = client.ask(get("/stream"));
    EXPECT_EQ(chunked.header("Transfer-Encoding"), "chunked");
    ASSERT_TRUE(chunked.complete);
    EXPECT_TRUE(chunked.body.ends_with(".\n"));
    EXPECT_EQ(client.ask(get("/next")).body, "GET /next ") << "the connection goes on behind a stream";
    RawClient old{port};
    const auto plain = old.ask("GET /stream HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(plain.header("Transfer-Encoding"), "");
    EXPECT_TRUE(plain.body == chunked.body);
}

TEST_F(ListenerTest, ABrokenStreamIsNeverACompleteAnswer) {
    RawClient client{start()};
    const auto answer = client.ask(get("/broken"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.complete);
    EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, SendsSharedBytesWhole) {
    RawClient client{start()};
    EXPECT_EQ(client.ask(get("/shared")).body.size(), 3'000'000u);
}

TEST_F(ListenerTest, RefusesBodiesOverTheLimitDeclaredOrChunked) {
    const auto port = start();
    RawClient declared{port};
    EXPECT_EQ(declared.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n").status, 413);
    EXPECT_TRUE(declared.closed());
    RawClient chunked{port};
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; ++i) chunked.send("10\r\n0123456789abcdef\r\n");
    EXPECT_EQ(chunked.read().status, 413);
}

TEST_F(ListenerTest, SpoolsAnUploadAndRemovesTheFileThatNobodyTook) {
    RawClient client{start()};
    const std::string bytes(700'000, 'u');
    const auto answer = client.ask("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 700000\r\n\r\n" + bytes);
    EXPECT_EQ(answer.body, "700000u");
    EXPECT_EQ(client.ask(get("/")).status, 200); // the exchange of the upload is gone by now
    EXPECT_TRUE(std::filesystem::is_empty(spool_));
}

TEST_F(ListenerTest, RefusesAnUploadBeforeReadingIt) {
    RawClient client{start()};
    client.send("POST /upload HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nContent-Length: 700000\r\n"
                "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read().status, 401) << "not 100: the body is not wanted";
}

TEST_F(ListenerTest, AsksForABodyThatWaitsToBeAskedFor) {
    RawClient client{start()};
    client.send("POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read().status, 100);
    EXPECT_EQ(client.ask("hi").body, "POST /3 hi");
}

// Hard case 11.
TEST_F(ListenerTest, AnUnfinishedHeaderGets408) {
    limits.header_timeout = 200ms;
    RawClient client{start()};
    client.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, AnUnfinishedBodyGets408) {
    limits.body_timeout = 200ms;
    RawClient client{start()};
    EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").status, 408);
}

TEST_F(ListenerTest, AnIdleConnectionIsClosedWithoutAWord) {
    limits.idle_timeout = 200ms;
    RawClient client{start()};
    EXPECT_EQ(client.read().status, 0);
    EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, AHandlerHearsThatItsClientWentAway) {
    const auto port = start();
    {
        RawClient client{port};
        client.send(get("/until-stopped"));
        gate.pass(); // it is inside
    }
    listener->stop();
    EXPECT_TRUE(stopped);
}

TEST_F(ListenerTest, AHandlerHearsItsDeadline) {
    RawClient client{start()};
    EXPECT_EQ(client.ask(get("/brief")).body, "stopped");
    EXPECT_TRUE(stopped);
}

TEST_F(ListenerTest, AHandlerThatIgnoresItsDeadlineIsLeftBehind) {
    service.plan = [](std::string_view, std::string_view) { return Plan{.deadline = 200ms}; };
    RawClient client{start()};
    const auto answer = client.ask(get("/wait"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Retry-After"), "1");
    gate.open();
    EXPECT_EQ(client.ask(get("/next")).body, "GET /next ") << "the connection is none the worse";
}

TEST_F(ListenerTest, AFullQueueShedsAtOnceAndUrgentRequestsPass) {
    limits.workers = 1;
    limits.queue_length = 2;
    const auto port = start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(port));
        clients.back()->send(get("/wait"));
        ASSERT_TRUE(gate.wait_until_inside(1));
    }
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (listener->waiting() < 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    RawClient shed{port};
    const auto answer = shed.ask(get("/other"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_EQ(shed.ask(get("/urgent")).status, 200);
    gate.open();
    for (auto& client : clients) EXPECT_EQ(client->read().body, "waited");
    EXPECT_EQ(shed.ask(get("/other")).status, 200);
}

TEST_F(ListenerTest, StoppingFinishesWhatWasAccepted) {
    const auto port = start();
    RawClient working{port}, idle{port};
    EXPECT_EQ(idle.ask(get("/")).status, 200);
    working.send(get("/wait") + get("/behind"));
    ASSERT_TRUE(gate.wait_until_inside(1));
    bool clean = false;
    std::thread stopper{[&] { clean = listener->stop(); }};
    EXPECT_TRUE(idle.closed());
    gate.open();
    EXPECT_EQ(working.read().status, 200);
    EXPECT_EQ(working.read().body, "GET /behind ") << "a pipelined request was accepted too";
    EXPECT_TRUE(working.closed());
    stopper.join();
    EXPECT_TRUE(clean);
    EXPECT_THROW(RawClient{port}, std::runtime_error);
}

TEST_F(ListenerTest, NoWorkerWaitsForAnAnswerThatComesLater) {
    limits.workers = 1;
    const auto port = start();
    RawClient patient{port}, other{port};
    patient.send(get("/later") + get("/behind"));
    EXPECT_EQ(other.ask(get("/")).status, 200);
    answer_later("at last").join();
    const auto late = patient.read();
    EXPECT_EQ(late.status, 201);
    EXPECT_EQ(late.body, "at last");
    EXPECT_EQ(patient.read().body, "GET /behind ");
}

TEST_F(ListenerTest, StoppingWaitsForAnAnswerThatComesLater) {
    const auto port = start();
    RawClient client{port};
    client.send(get("/later"));
    std::unique_lock lock{later_mutex_};
    ASSERT_TRUE(later_asked_.wait_for(lock, 10s, [this] { return tell_ != nullptr; }));
    lock.unlock();
    bool clean = false;
    std::thread stopper{[&] { clean = listener->stop(); }};
    answer_later("in time").join();
    EXPECT_EQ(client.read().body, "in time");
    stopper.join();
    EXPECT_TRUE(clean);
}

TEST_F(ListenerTest, AnAnswerMayComeLaterThanItsConnectionLives) {
    limits.stop_timeout = 100ms;
    const auto port = start();
    RawClient client{port};
    client.send(get("/later"));
    std::unique_lock lock{later_mutex_};
    ASSERT_TRUE(later_asked_.wait_for(lock, 10s, [this] { return tell_ != nullptr; }));
    lock.unlock();
    EXPECT_FALSE(listener->stop()) << "the connection was cut";
    auto answer = answer_later("too late");
    listener.reset(); // waits for it
    answer.join();
}

TEST_F(ListenerTest, StoppingDoesNotWaitForeverForAHandler) {
    limits.stop_timeout = 300ms;
    const auto port = start();
    RawClient client{port};
    client.send(get("/wait"));
    ASSERT_TRUE(gate.wait_until_inside(1));
    EXPECT_FALSE(listener->stop());
}

TEST_F(ListenerTest, TurnsAwayConnectionsOverItsLimit) {
    limits.max_connections = 1;
    const auto port = start();
    RawClient first{port};
    EXPECT_EQ(first.ask(get("/")).status, 200);
    RawClient second{port};
    EXPECT_EQ(second.read().status, 503);
    EXPECT_EQ(first.ask(get("/")).status, 200);
}

TEST_F(ListenerTest, SlowConnectionsDoNotHoldUpOthers) {
    limits.queue_length = 1000; // they all finish at once in the end
    const auto port = start();
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 500; ++i) {
        slow.push_back(std::make_unique<RawClient>(port));
        slow.back()->send("GET / HTTP/1.1\r\nHo");
    }
    RawClient quick{port};
    for (int i = 0; i < 100; ++i) ASSERT_EQ(quick.ask(get("/")).status, 200);
    for (auto& client : slow) client->send("st: a\r\n\r\n");
    for (auto& client : slow) EXPECT_EQ(client->read().status, 200);
}

TEST_F(ListenerTest, ReportsEveryAnswer) {
    std::mutex mutex;
    std::vector<std::pair<std::string, int>> seen;
    service.done = [&](const Request& request, const Done& done) {
        const std::lock_guard lock{mutex};
        seen.emplace_back(request.route, done.status);
    };
    {
        RawClient client{start()};
        client.ask(get("/"));
        client.ask("GET / HTTP/1.1\r\n\r\n");
    }
    listener->stop();
    EXPECT_EQ(seen, (std::vector<std::pair<std::string, int>>{{"test", 200}, {"", 400}}));
}
