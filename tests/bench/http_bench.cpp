// How fast the door passes prepared bytes (a cached tile), beside a bare epoll loop that does nothing else: only the
// ratio of one interleaved run means anything. Servers on core 0, client on core 1.
//   http_bench [SECONDS_A_RUN] [ROUNDS]
#include "server/http/listener.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr int kConnections = 64;
const std::string kRequest = "GET /tiles/reports/6/44/26.mvt HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
                             "Accept-Encoding: gzip, deflate, br\r\nUser-Agent: bench\r\n\r\n";

void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

std::uint16_t listen_somewhere(int& socket) {
    socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(socket, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(socket, 1024) != 0) std::abort();
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
}

// The limit: reads until an empty line, writes the same bytes.
[[noreturn]] void bare_server(int listener, const std::string& answer) {
    const int poll = ::epoll_create1(0);
    epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    std::vector<epoll_event> events(256);
    char bytes[8192];
    while (true) {
        const int n = ::epoll_wait(poll, events.data(), 256, -1);
        for (int i = 0; i < n; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener) {
                const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
                const int on = 1;
                ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                epoll_event added{.events = EPOLLIN, .data = {.fd = client}};
                ::epoll_ctl(poll, EPOLL_CTL_ADD, client, &added);
                continue;
            }
            if (::recv(fd, bytes, sizeof bytes, 0) <= 0) {
                ::close(fd);
                continue;
            }
            for (std::size_t sent = 0; sent < answer.size();) {
                const auto some = ::send(fd, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
                if (some < 0 && errno != EAGAIN) break;
                if (some > 0) sent += static_cast<std::size_t>(some);
            }
        }
    }
}

// Answers a second over kConnections connections, one request at a time each.
double measure(std::uint16_t port, std::size_t answer_size, double seconds) {
    const int poll = ::epoll_create1(0);
    std::vector<std::size_t> left(4096, 0);
    std::vector<int> sockets;
    for (int i = 0; i < kConnections; ++i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::abort();
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::fcntl(fd, F_SETFL, O_NONBLOCK);
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
        sockets.push_back(fd);
        left[static_cast<std::size_t>(fd)] = answer_size;
        if (::send(fd, kRequest.data(), kRequest.size(), 0) < 0) std::abort();
    }
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    long answers = 0;
    std::vector<epoll_event> events(256);
    static char bytes[256 * 1024];
    while (std::chrono::duration<double>(Clock::now() - began).count() < seconds) {
        const int n = ::epoll_wait(poll, events.data(), 256, 100);
        for (int i = 0; i < n; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            const auto got = ::recv(fd, bytes, sizeof bytes, 0);
            if (got <= 0) continue;
            auto& missing = left[static_cast<std::size_t>(fd)];
            missing -= std::min(missing, static_cast<std::size_t>(got));
            if (missing != 0) continue;
            ++answers;
            missing = answer_size;
            if (::send(fd, kRequest.data(), kRequest.size(), 0) < 0) std::abort();
        }
    }
    const auto took = std::chrono::duration<double>(Clock::now() - began).count();
    for (const int fd : sockets) ::close(fd);
    ::close(poll);
    return static_cast<double>(answers) / took;
}

// The size of one whole answer as the server sends it.
std::size_t answer_size(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::abort();
    if (::send(fd, kRequest.data(), kRequest.size(), 0) < 0) std::abort();
    timeval wait{.tv_sec = 0, .tv_usec = 300'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    std::size_t total = 0;
    char bytes[65536];
    for (ssize_t got = 0; (got = ::recv(fd, bytes, sizeof bytes, 0)) > 0;) total += static_cast<std::size_t>(got);
    ::close(fd);
    return total;
}

// Processor time of a process so far, all its threads.
double cpu_s(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void compare(std::size_t body_size, double seconds, int rounds) {
    using namespace server;
    int bare_socket = -1;
    const auto bare_port = listen_somewhere(bare_socket);
    const auto body = std::make_shared<const std::string>(body_size, 'x');
    const pid_t bare = ::fork();
    if (bare == 0) {
        pin(0);
        bare_server(bare_socket,
                    "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_size) + "\r\n\r\n" + *body);
    }
    ::close(bare_socket);
    int pipe[2];
    if (::pipe(pipe) != 0) std::abort();
    const pid_t ours = ::fork();
    if (ours == 0) {
        pin(0);
        http::Service service;
        service.plan = [](std::string_view, std::string_view) { return http::Plan{}; };
        service.handle = [body](Request&) {
            Response response;
            response.set("Content-Type", "application/vnd.mapbox-vector-tile");
            response.set("ETag", "\"0123456789abcdef\"");
            response.set("Cache-Control", "no-cache");
            response.body = body;
            return response;
        };
        http::Listener listener{"127.0.0.1", 0, http::Limits{}, std::move(service)};
        const auto port = listener.port();
        if (::write(pipe[1], &port, sizeof port) < 0) std::abort();
        ::pause();
        std::_Exit(0);
    }
    std::uint16_t port = 0;
    if (::read(pipe[0], &port, sizeof port) < 0) std::abort();
    pin(1);
    const auto bare_size = answer_size(bare_port);
    const auto our_size = answer_size(port);
    std::vector<double> bare_rates, rates, ratios, bare_costs, costs;
    for (int i = 0; i < rounds; ++i) {
        auto before = cpu_s(bare);
        bare_rates.push_back(measure(bare_port, bare_size, seconds));
        bare_costs.push_back((cpu_s(bare) - before) / (bare_rates.back() * seconds) * 1e6);
        before = cpu_s(ours);
        rates.push_back(measure(port, our_size, seconds));
        costs.push_back((cpu_s(ours) - before) / (rates.back() * seconds) * 1e6);
        ratios.push_back(rates.back() / bare_rates.back());
    }
    std::printf("%6zu bytes: bare %.0f/s, listener %.0f/s, ratio %.2f (%.2f–%.2f); CPU an answer: bare %.1f µs, "
                "listener %.1f µs\n",
                body_size, median(bare_rates), median(rates), median(ratios), std::ranges::min(ratios),
                std::ranges::max(ratios), median(bare_costs), median(costs));
    ::kill(bare, SIGKILL);
    ::kill(ours, SIGKILL);
    ::waitpid(bare, nullptr, 0);
    ::waitpid(ours, nullptr, 0);
}

} // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 1.0;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
    for (const std::size_t size : {1'000u, 20'000u}) compare(size, seconds, rounds);
}
