// One connection: read, hand over, answer, again. Private to this room.
#pragma once

#include "server/http/asio.hpp"
#include "server/http/listener.hpp"
#include "server/http/memo.hpp"
#include "server/http/worker_pool.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>

namespace server::http {

using Clock = std::chrono::steady_clock;

class Session;

// What all connections share.
struct Shared {
    Limits limits;
    Service service;
    WorkerPool pool;
    WorkerPool urgent{1, 64};
    std::atomic<std::size_t> connections{0};
    std::atomic<bool> stopping{false};
    std::atomic<bool> cut{false}; // some request was cut off by the stop timeout

    Shared(Limits given, Service what)
        : limits{std::move(given)}, service{std::move(what)}, pool{limits.workers, limits.queue_length} {}
};

// One I/O thread: its own io_context, its own connections, and a sweep that keeps their clocks. One timer for all of
// them costs a walk every 50 ms; a timer each would cost a heap operation on every read and write.
struct IoThread {
    std::list<Session*> sessions; // outlives the context, whose end ends the sessions
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    boost::asio::steady_timer timer{context};
    Clock::time_point stop_began{};
    std::uint64_t wakings = 0; // of event streams
    Memo memo;
};

// Starts the coroutine that serves `socket` (which belongs to io.context) until it closes. Call on io's thread.
void start_session(std::shared_ptr<Shared> shared, IoThread& io, boost::asio::ip::tcp::socket socket);

// Judges every connection's clock: header, body, idle and write timeouts, deadlines, clients that went away, stopping.
void sweep(Shared& shared, IoThread& io);

// Asks every event stream of this thread for news. Call on io's thread.
void wake_streams(IoThread& io);

} // namespace server::http
