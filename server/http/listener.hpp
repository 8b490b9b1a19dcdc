// The server's door: accepts connections, reads requests through the framing gate, has them handled on worker threads,
// writes the answers in order. Two I/O threads (one on a single core) run nothing but sockets. Knows no endpoint; Beast
// stays behind it.
#pragma once

#include "server/request.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace server::http {

struct Limits {
    std::chrono::milliseconds header_timeout{10'000}; // from a request's first byte to the end of its head: 408
    std::chrono::milliseconds idle_timeout{60'000};   // between requests: closed
    std::chrono::milliseconds body_timeout{20'000};   // without a byte of the body: 408
    std::chrono::milliseconds write_timeout{30'000};  // without progress: closed
    std::chrono::milliseconds stream_pulse{5'000};    // an event stream is asked this often though nothing woke it
    std::chrono::milliseconds stop_timeout{10'000};
    std::size_t max_connections = 4096;
    std::size_t queue_length = 256;
    int workers = 2;
    std::string spool_dir; // where uploads go; private to this process
};

// What a route wants, known from the request line alone.
struct Plan {
    std::string route = {}; // its name for the log; empty: none
    std::uint64_t max_body_bytes = 1u << 20;
    std::shared_ptr<void> found = {}; // kept in Request::found, so that the target is parsed once
    bool spool = false;               // the body goes to Request::body_file
    bool urgent = false; // served by a thread of its own, so that it answers while all others are busy (health)
    std::chrono::milliseconds deadline{5000};
};

struct Done { // for the log and the metrics
    int status = 0;
    std::uint64_t body_bytes = 0;         // as sent
    std::chrono::microseconds duration{}; // from the end of the head to the last byte
    bool complete = true;                 // false: the client went away
    std::string_view client = {};         // its address
};

struct Service {
    // On an I/O thread: looks up the route, nothing more.
    std::function<Plan(std::string_view method, std::string_view target)> plan;
    // On a worker, before the body of an upload is read: an answer refuses it. `body` is still empty.
    std::function<std::optional<Response>(Request&)> admit;
    // On a worker. May take Request::body_file by clearing it; else the file is removed. Must not throw.
    std::function<Response(Request&)> handle;
    // On an I/O thread, after each answer; also those that never reached handle() (its `route` is empty then).
    std::function<void(const Request&, const Done&)> done;
};

class Listener {
public:
    // Binds and starts; port 0 takes a free one. Error{invalid_input}: a bad address, or the port is taken.
    Listener(const std::string& address, std::uint16_t port, Limits limits, Service service);
    ~Listener();

    std::uint16_t port() const;
    std::size_t connections() const; // thread-safe
    std::size_t waiting() const;     // requests in the queue; thread-safe

    // Event streams may have something to tell: each is asked. Thread-safe, cheap; until stop().
    void wake_streams();

    // Takes no new connections, finishes the accepted requests, closes. False: stop_timeout passed, some were cut and
    // their handlers still run; the process had better leave without waiting for them (the destructor would).
    bool stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace server::http
