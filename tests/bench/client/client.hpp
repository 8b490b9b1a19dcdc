// The hot half of ./dev bench: what asks, times and compares. Each verb is one function and prints one line of JSON;
// the Python beside it decides what is asked of whom. Knows no engine but by the protocol it speaks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Arguments = std::span<const std::string>;

// Asks one open connection to an engine and gives the body of the answer; ends the program on any fault. One thread.
using Ask = std::function<std::string(const std::string& question)>;

// "http:PORT" (the question is a path), "fcgi:PATH OF A SOCKET" (a query string), "pg:CONNECTION" (an SQL query whose
// answer is one value, taken in binary).
Ask connect(const std::string& address);

// A blocking HTTP/1.1 connection over loopback that is kept open.
class HttpConnection {
public:
    explicit HttpConnection(std::uint16_t port);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    struct Answer {
        int status = 0;
        std::string body;
        std::size_t head_bytes = 0;
    };
    Answer exchange(std::string_view request); // the whole request, head and body

private:
    int socket_;
    std::string read_;
};

[[noreturn]] void fail(const std::string& why);
double seconds_now(); // of a clock that only goes forward

// {"count":…,"total":…,"median":…,"p95":…,"p99":…,"max":…} of times, in milliseconds.
std::string statistics(std::vector<double> times_ms);

int load(Arguments arguments);      // PORT PATH SECONDS CONNECTIONS: one request at a time on each connection
int fetch(Arguments arguments);     // ADDRESS [FOLDER]: each line of the input is a question; answers kept in FOLDER
int write(Arguments arguments);     // http:PORT|pg:CONNECTION|disk:FILE WRITERS SECONDS SEED: one row a commit
int decode(Arguments arguments);    // FILE...: what is in each vector tile
int calibrate(Arguments arguments); // none: milliseconds of a fixed piece of work

} // namespace bench
