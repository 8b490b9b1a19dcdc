// One connection's state and the steps of its coroutine. Its parts: session.cpp (life, clock, handing over),
// session_read.cpp (heads and bodies), session_answer.cpp (answers). Private to this room.
#pragma once

#include "server/http/exchange.hpp"
#include "server/http/framing.hpp"
#include "server/http/parser.hpp"
#include "server/http/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

namespace server::http {

// Belongs to one I/O thread. All steps give false (or a status) when the connection is to end.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(std::shared_ptr<Shared> shared, IoThread& io, boost::asio::ip::tcp::socket socket)
        : shared_{std::move(shared)}, io_{io}, socket_{std::move(socket)} {
        place_ = io_.sessions.insert(io_.sessions.end(), this);
        boost::system::error_code ignored;
        const auto peer = socket_.remote_endpoint(ignored);
        if (!ignored) client_ = peer.address().to_string();
    }
    ~Session() {
        io_.sessions.erase(place_);
        --shared_->connections;
    }

    boost::asio::awaitable<void> run();
    void judge(Clock::time_point now);
    void cut();
    void wake(); // an event stream: there may be news

private:
    enum class Phase { idle, head, body, working, writing, listening, lingering };
    struct Turn { // how the request at hand wants its answer
        bool head_only = false;
        bool http_1_0 = false;
        bool keep_alive = true;
    };

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> repeat(const Memo::Kept& kept);
    void remember(const Exchange& exchange, const std::string& head);
    boost::asio::awaitable<bool> read_head();
    boost::asio::awaitable<bool> read_more();
    boost::asio::awaitable<int> read_body(Exchange& exchange, Parser& parser, const Plan& plan, int& spool);
    boost::asio::awaitable<bool> spool_block(Exchange& exchange, Parser& parser, int spool);
    boost::asio::awaitable<bool> receive(Exchange& exchange, Parser& parser, const Plan& plan, Turn turn,
                                         bool say_continue);
    boost::asio::awaitable<bool> work(std::shared_ptr<Exchange> exchange, const Plan& plan, Turn turn);
    static void handle(const Service& service, Exchange& exchange);
    static void pull(Exchange& exchange);
    boost::asio::awaitable<bool> answer(Exchange& exchange, Turn turn);
    boost::asio::awaitable<bool> refuse(int status, const char* reason);
    boost::asio::awaitable<bool> stream(Exchange& exchange, bool chunked);
    boost::asio::awaitable<bool> tell(Exchange& exchange, bool chunked);
    boost::asio::awaitable<void> news(Exchange& exchange, std::uint64_t heard);
    boost::asio::awaitable<bool> write_block(Exchange& exchange, bool chunked);
    boost::asio::awaitable<bool> end_blocks(bool chunked);
    boost::asio::awaitable<bool> write(const char* first, std::size_t first_size, const char* second = nullptr,
                                       std::size_t second_size = 0);
    boost::asio::awaitable<void> linger();
    void report(const Request& request, int status, bool complete);
    void enter(Phase phase, std::chrono::milliseconds most) {
        phase_ = phase;
        expires_ = Clock::now() + most;
    }
    bool client_gone();
    bool hung_up();

    std::shared_ptr<Shared> shared_;
    IoThread& io_;
    boost::asio::ip::tcp::socket socket_;
    std::list<Session*>::iterator place_;
    std::string client_;
    std::string input_;            // read, not yet taken
    std::array<char, 2048> scrap_; // what a read brings while waiting for a head
    Phase phase_ = Phase::idle;
    Clock::time_point expires_{};
    bool timed_out_ = false;
    std::shared_ptr<Exchange> exchange_; // while a worker has it, or while its stream waits for news
    Clock::time_point looked_{};         // at the client of a waiting stream, when last
    Clock::time_point began_{};
    std::uint64_t sent_ = 0; // body bytes of the current answer
};

} // namespace server::http
