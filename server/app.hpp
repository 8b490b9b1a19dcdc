// The whole server without sockets: a request goes in, an answer comes out. Finds the row, checks parameters, asks who
// is calling, catches what goes wrong (the one catch) and finishes every answer: ETag, 304, caching, security headers,
// compression. Knows no endpoint's business.
#pragma once

#include "server/endpoint.hpp"
#include "server/http/listener.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace server {

// Thread-safe; `context` outlives it, with its router and metrics set.
class App {
public:
    explicit App(AppContext& context) : context_{context} {}

    Response handle(Request& request);

    // The same as callbacks of a listener.
    http::Plan plan(std::string_view method, std::string_view target) const;
    std::optional<Response> admit(Request& request); // refuses an upload before it is read
    void done(const Request& request, const http::Done& done) const;
    http::Service service();

private:
    struct Found; // a target taken apart, and its row
    Found find(Request& request, std::string& allow) const;
    Response dispatch(Request& request, std::string& allow);
    Response complete(const Request& request, const std::string& allow, const Answer& make) const;
    Response failed(const Request& request, const std::string& allow) const;
    void finish(const Request& request, Response& response) const;

    AppContext& context_;
};

} // namespace server
