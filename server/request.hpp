// A request and a response as plain values: app.handle() takes one and gives the other, so the whole server is tested
// without a socket. Knows no Beast.
#pragma once

#include "geo/error.hpp"
#include "layers/access/caller.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace server {

using Headers = std::vector<std::pair<std::string, std::string>>; // names lower case in requests

struct Request {
    std::string method; // "GET" …; HEAD reaches the app as GET, the edge drops the body
    std::string target; // raw, as on the wire: "/collections?f=json"
    Headers headers;
    std::string body;              // small bodies; a big upload is spooled to `body_file`
    std::string body_file;         // path of a private spool file, empty when the body is in memory
    std::string client;            // address, for the log
    std::string route;             // operation id of the endpoint, for the log and the metrics; set by the router
    std::shared_ptr<void> found;   // the router's, from the request line until the handler
    std::stop_token stop;          // set when the client went away or the deadline passed
    bool may_come_later = false;   // the caller of handle() understands Response::later
    layers::access::Caller caller; // filled by auth

    std::string_view header(std::string_view lower_case_name) const; // empty when absent
};

// Bytes that are produced as the client takes them. next() appends to `out` and returns false at the end; runs on the
// worker pool, never on an I/O thread.
class BodySource {
public:
    virtual ~BodySource() = default;
    virtual bool next(std::string& out) = 0;
};

// Events that are told as they come, on a connection that stays. Not one thread's, but one at a time: next() runs on
// the worker pool, again whenever the listener was told that there may be something (wake_streams), and every few
// seconds.
class EventSource {
public:
    virtual ~EventSource() = default;
    // Appends what is new, if anything is. False: the stream ends behind that. Must not throw.
    virtual bool next(std::string& out) = 0;
};

using SharedBytes = std::shared_ptr<const std::string>;

struct Response;
using Answer = std::function<Response()>; // makes it: quick, from memory alone, and throws nothing

struct Response {
    int status = 200;
    Headers headers; // Content-Type and so on; the edge adds Date, Content-Length, Connection, Content-Encoding
    // Given: the same request, byte by byte, may be answered with this again while it says true. Any thread, cheap.
    std::function<bool()> holds;
    std::variant<std::string, SharedBytes, std::unique_ptr<BodySource>, std::unique_ptr<EventSource>> body;
    // Given where the answer needs waiting but no work, so that no worker waits: nothing else of this counts. Called
    // once, while the request lives; calls `tell` once, from any thread, at once or later. What it tells is no stream.
    std::function<void(std::function<void(Answer)> tell)> later;

    void set(std::string name, std::string value);        // replaces
    std::string_view header(std::string_view name) const; // any case
};

} // namespace server
