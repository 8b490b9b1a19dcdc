// A client that sends exactly the bytes it is given and keeps exactly the bytes that come back: no library in between
// that would refuse to misbehave. Blocking, with a deadline on every wait.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace test {

struct Answer {
    int status = 0; // 0: the connection ended without one
    std::string head;
    std::string body; // decoded when it came in chunks
    bool complete = false;

    std::string header(std::string_view name) const {
        for (std::size_t at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size();) {
            const auto line_start = at + 2;
            at = head.find("\r\n", line_start);
            const auto line = head.substr(line_start, at == std::string::npos ? at : at - line_start);
            if (line.size() > name.size() && line[name.size()] == ':' &&
                ::strncasecmp(line.data(), name.data(), name.size()) == 0)
                return line.substr(line.find_first_not_of(' ', name.size() + 1));
        }
        return {};
    }
};

class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error{"can't connect"};
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    // False: the other side hung up before all was out, which is its right.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    void finish() { ::shutdown(socket_, SHUT_WR); } // says that nothing more will come

    // The next answer of this connection. `to_head`: a request whose answer has no body whatever its header says.
    Answer read(bool to_head = false, int most_ms = 20'000) {
        Answer answer;
        std::size_t end = 0;
        while ((end = input_.find("\r\n\r\n")) == std::string::npos)
            if (!fill(most_ms)) return answer;
        answer.head = input_.substr(0, end + 2);
        input_.erase(0, end + 4);
        answer.status = std::atoi(answer.head.c_str() + 9);
        if (to_head || answer.status < 200 || answer.status == 204 || answer.status == 304) {
            answer.complete = true;
        } else if (const auto length = answer.header("Content-Length"); !length.empty()) {
            answer.complete = take(std::strtoull(length.c_str(), nullptr, 10), answer.body, most_ms);
        } else if (answer.header("Transfer-Encoding") == "chunked") {
            answer.complete = take_chunks(answer.body, most_ms);
        } else {
            while (fill(most_ms)) {}
            answer.body = std::exchange(input_, {});
            answer.complete = true;
        }
        return answer;
    }

    Answer ask(std::string_view bytes) {
        send(bytes);
        return read();
    }

    // True: the other side has closed, within the time.
    bool closed(int most_ms = 5000) {
        while (fill(most_ms)) {}
        return ended_;
    }

private:
    bool fill(int most_ms) {
        pollfd wait{socket_, POLLIN, 0};
        if (::poll(&wait, 1, most_ms) <= 0) return false;
        char bytes[16384];
        const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) {
            ended_ = true;
            return false;
        }
        input_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    bool take(std::size_t size, std::string& to, int most_ms) {
        while (input_.size() < size)
            if (!fill(most_ms)) return false;
        to += input_.substr(0, size);
        input_.erase(0, size);
        return true;
    }

    bool take_chunks(std::string& to, int most_ms) {
        while (true) {
            std::size_t end = 0;
            while ((end = input_.find("\r\n")) == std::string::npos)
                if (!fill(most_ms)) return false;
            const auto size = std::strtoull(input_.c_str(), nullptr, 16);
            input_.erase(0, end + 2);
            std::string line_end;
            if (!take(size, to, most_ms) || !take(2, line_end, most_ms)) return false;
            if (size == 0) return true;
        }
    }

    int socket_;
    bool ended_ = false;
    std::string input_;
};

} // namespace test
