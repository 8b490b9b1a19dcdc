// A response's head as bytes. Pure; knows no socket.
#pragma once

#include "server/request.hpp"

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace server::http {

struct Wire {
    bool http_1_0 = false;
    bool keep_alive = true;
    std::optional<std::uint64_t> content_length = {}; // nothing: chunked, or to the end of the connection in HTTP/1.0
};

// "HTTP/1.1 200 OK\r\n … \r\n\r\n". Line breaks inside a value become blanks: a header can't be smuggled out either.
std::string response_head(const Response& response, const Wire& wire, std::time_t now);

bool may_have_body(int status);           // not 1xx, 204, 304
std::string chunk_line(std::size_t size); // "1f40\r\n"
std::string http_date(std::time_t time);  // "Sun, 06 Nov 1994 08:49:37 GMT"

} // namespace server::http
