// Many connections on one thread, each with one request under way: how many answers a second, and how long each took.
#include "tests/bench/client/client.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

struct Client {
    int socket = -1;
    std::size_t missing = 0;
    double asked = 0;
};

int open_socket(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("nobody listens there");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

} // namespace

int load(Arguments arguments) {
    const auto port = static_cast<std::uint16_t>(std::stoi(arguments[0]));
    const double seconds = std::stod(arguments[2]);
    const std::string request = "GET " + arguments[1] + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n";
    // The same question gets the same bytes: the first answer says how many, each later one is checked to have them.
    const auto first = HttpConnection{port}.exchange(request);
    if (first.status != 200) fail(arguments[1] + " answers " + std::to_string(first.status));
    const std::size_t answer_bytes = first.head_bytes + first.body.size();

    const int poll = ::epoll_create1(0);
    std::vector<Client> clients(std::stoul(arguments[3]));
    const auto ask = [&](Client& client) {
        client.missing = answer_bytes;
        client.asked = seconds_now();
        if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            fail("a request did not go out whole");
    };
    for (auto& client : clients) {
        client.socket = open_socket(port);
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, client.socket, &event);
        ask(client);
    }
    std::vector<double> times_ms;
    times_ms.reserve(4'000'000);
    std::vector<epoll_event> events(256);
    static char bytes[256 * 1024];
    const double began = seconds_now();
    double now = began;
    while (now - began < seconds) {
        const int n = ::epoll_wait(poll, events.data(), 256, 100);
        for (int i = 0; i < n; ++i) {
            auto& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
            const auto got = ::recv(client.socket, bytes, sizeof bytes, 0);
            if (got <= 0) fail("the server hung up");
            if (static_cast<std::size_t>(got) > client.missing) fail("an answer of another length");
            client.missing -= static_cast<std::size_t>(got);
            if (client.missing > 0) continue;
            times_ms.push_back((seconds_now() - client.asked) * 1000);
            ask(client);
        }
        now = seconds_now();
    }
    for (const auto& client : clients) ::close(client.socket);
    ::close(poll);
    std::printf("{\"per_s\":%.1f,\"body_bytes\":%zu,\"head_bytes\":%zu,\"ms\":%s}\n",
                static_cast<double>(times_ms.size()) / (now - began), first.body.size(), first.head_bytes,
                statistics(times_ms).c_str());
    return 0;
}

} // namespace bench
