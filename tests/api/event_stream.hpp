// A client of /events as the standard describes one: bytes in chunks, lines, events. Every wait has a deadline.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace test {

struct Event {
    std::string id;
    std::string name;
    std::string data;
};

class EventStream {
public:
    // `receive_bytes`: how much the kernel may take in while nobody reads; 0: its own choice.
    EventStream(std::uint16_t port, const std::string& target, const std::string& headers = {}, int receive_bytes = 0)
        : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        if (receive_bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error{"can't connect"};
        const std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
        if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error{"can't send"};
        std::size_t end = 0;
        while ((end = raw_.find("\r\n\r\n")) == std::string::npos)
            if (!fill(20'000)) throw std::runtime_error{"no answer: " + raw_};
        head_ = raw_.substr(0, end + 2);
        raw_.erase(0, end + 4);
        status_ = std::atoi(head_.c_str() + 9);
    }
    ~EventStream() { ::close(socket_); }
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;

    void send(std::string_view bytes) { // behind the request
        if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error{"can't send"};
    }
    int status() const { return status_; }
    const std::string& head() const { return head_; }
    bool ended() const { return ended_; } // in order, with the last chunk

    // The next event; nothing when the stream ended or none came in time.
    std::optional<Event> next(int most_ms = 20'000) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{most_ms};
        while (true) {
            if (auto event = take()) return event;
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            if (ended_ || left.count() <= 0 || !fill(static_cast<int>(left.count()))) return {};
        }
    }
    // The next event of that name, past marks and others.
    std::optional<Event> next(std::string_view name, int most_ms = 20'000) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{most_ms};
        while (auto event = next(most_ms)) {
            if (event->name == name) return event;
            if (std::chrono::steady_clock::now() > until) break;
        }
        return {};
    }

private:
    bool fill(int most_ms) {
        pollfd wait{socket_, POLLIN, 0};
        if (::poll(&wait, 1, most_ms) <= 0) return false;
        char bytes[16384];
        const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        raw_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    void unchunk() {
        while (true) {
            const auto line = raw_.find("\r\n");
            if (line == std::string::npos) return;
            const auto size = std::strtoull(raw_.c_str(), nullptr, 16);
            if (raw_.size() < line + 2 + size + 2) return;
            text_ += raw_.substr(line + 2, size);
            raw_.erase(0, line + 2 + size + 2);
            if (size == 0) {
                ended_ = true;
                return;
            }
        }
    }

    std::optional<Event> take() {
        unchunk();
        while (true) {
            const auto end = text_.find("\n\n");
            if (end == std::string::npos) return {};
            const auto block = text_.substr(0, end + 1);
            text_.erase(0, end + 2);
            Event event;
            for (std::size_t at = 0; at < block.size();) {
                const auto stop = block.find('\n', at);
                const auto line = std::string_view{block}.substr(at, stop - at);
                if (line.starts_with("id: ")) event.id = line.substr(4);
                if (line.starts_with("event: ")) event.name = line.substr(7);
                if (line.starts_with("data: ")) event.data = line.substr(6);
                at = stop + 1;
            }
            if (!event.name.empty()) return event;
        }
    }

    int socket_;
    int status_ = 0;
    bool ended_ = false;
    std::string head_, raw_, text_;
};

} // namespace test
