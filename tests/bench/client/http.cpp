#include "tests/bench/client/client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

std::string_view header(std::string_view head, std::string_view name) {
    for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string_view::npos;) {
        at += 2;
        if (head.size() - at <= name.size() || head[at + name.size()] != ':') continue;
        if (::strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
        auto value = head.substr(at + name.size() + 1);
        value = value.substr(0, value.find("\r\n"));
        value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
        return value;
    }
    return {};
}

} // namespace

HttpConnection::HttpConnection(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("nobody listens there");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

HttpConnection::~HttpConnection() {
    ::close(socket_);
}

HttpConnection::Answer HttpConnection::exchange(std::string_view request) {
    while (!request.empty()) {
        const auto sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("the server hung up");
        request.remove_prefix(static_cast<std::size_t>(sent));
    }
    char bytes[64 * 1024];
    const auto more = [&] {
        const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) fail("the server hung up");
        read_.append(bytes, static_cast<std::size_t>(got));
    };
    std::size_t end = 0;
    while ((end = read_.find("\r\n\r\n")) == std::string::npos) more();
    Answer answer;
    const std::string_view head{read_.data(), end + 2};
    if (head.size() < 12) fail("no HTTP");
    std::from_chars(head.data() + 9, head.data() + 12, answer.status);
    std::size_t length = 0;
    const auto stated = header(head, "content-length");
    std::from_chars(stated.data(), stated.data() + stated.size(), length);
    if (stated.empty() && answer.status != 204 && answer.status != 304) fail("an answer without a length");
    answer.head_bytes = end + 4;
    read_.reserve(answer.head_bytes + length);
    while (read_.size() < answer.head_bytes + length) more();
    answer.body = read_.substr(answer.head_bytes, length);
    read_.erase(0, answer.head_bytes + length);
    return answer;
}

} // namespace bench
