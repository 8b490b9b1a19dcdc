// One request on its way through a worker and back. Shared between the connection and the worker, since either may be
// gone before the other: a client hangs up, a handler outlives its deadline. Private to this room.
#pragma once

#include "server/http/session.hpp"
#include "server/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace server::http {

struct Exchange : std::enable_shared_from_this<Exchange> {
    explicit Exchange(boost::asio::io_context& home) : io{home} {}
    ~Exchange(); // removes a spool file that nobody took

    std::string head; // of the request, as it came
    Request request;
    Response response;
    std::string block;    // of a streamed body
    bool refused = false; // before its body was read
    bool more = false;    // another block may follow
    bool failed = false;  // the stream broke
    std::exception_ptr failure;
    std::stop_source stop;

    boost::asio::io_context& io;
    // Only on the I/O thread.
    std::function<void()> resume;
    bool abandoned = false; // the connection waits no longer; what the worker brings is dropped

    // Runs `task` on the pool and resumes the calling coroutine on its I/O thread. Returns false, at once, when the
    // pool is full, or when the exchange was abandoned meanwhile. Give a named task, moved: g++ 12 destroys a lambda
    // written inside a co_await expression twice, and what it captured with it. (It also evaluates the right side of
    // `a || co_await b` whatever `a` is: no co_await inside such expressions in this room.)
    using Task = std::function<void(Exchange&)>;
    boost::asio::awaitable<bool> on_worker(WorkerPool& pool, bool admitted, Task task);

    void arrive(WorkerPool& pool, Answer answer);
    void abandon(); // I/O thread: stops the handler and resumes the connection without an answer
};

} // namespace server::http
