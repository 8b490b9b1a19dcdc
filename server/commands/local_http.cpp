#include "server/commands/local_http.hpp"

#include "geo/error.hpp"
#include "geo/wrap/descriptor.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;
using geo::wrap::Descriptor;

constexpr std::size_t kMaxAnswer = 64u << 20;

[[noreturn]] void no_answer() {
    throw Error{ErrorCode::internal, "the server that holds this data directory does not answer"};
}

// False when the other side has closed: it may have answered before it took all.
bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::string receive_all(int socket) {
    std::string all;
    char buffer[16384];
    for (;;) {
        const auto n = recv(socket, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return all; // a reset after the whole answer is no loss; a cut one is seen by its length
        all.append(buffer, static_cast<std::size_t>(n));
        if (all.size() > kMaxAnswer) no_answer();
    }
}

Answer parse_answer(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || text.size() < 12 || end == std::string::npos) no_answer();
    Answer answer;
    std::from_chars(text.data() + 9, text.data() + 12, answer.status);
    answer.body = text.substr(end + 4);
    std::string head = text.substr(0, end + 2);
    for (auto& c : head) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto length = head.find("\r\ncontent-length: ");
    if (length == std::string::npos) no_answer(); // our server gives one with every JSON
    std::size_t expected = 0;
    std::from_chars(head.data() + length + 18, head.data() + head.size(), expected);
    if (answer.body.size() != expected) no_answer();
    return answer;
}

} // namespace

std::string percent_encoded(const std::string& text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        }
    }
    return out;
}

LocalServer::LocalServer(const std::string& address, std::string token) : token_{std::move(token)} {
    const auto refuse = [&] { throw Error{ErrorCode::invalid_input, "no server of this machine: " + address}; };
    std::string_view rest{address};
    if (!rest.starts_with("http://")) refuse();
    rest.remove_prefix(7);
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos) refuse();
    host_ = rest.substr(0, colon);
    const auto port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), port_);
    if (error != std::errc{} || end != port.data() + port.size()) refuse();
    if (!host_.starts_with("127.") && host_ != "[::1]") refuse();
}

std::string LocalServer::head(const char* method, const std::string& target, std::uint64_t length,
                              const char* media_type, const char* version) const {
    std::string out = std::string{method} + ' ' + target + " HTTP/" + version + "\r\nHost: " + host_ + ':' +
                      std::to_string(port_) + "\r\nAccept: application/json\r\nConnection: close\r\n";
    if (!token_.empty()) out += "Authorization: Bearer " + token_ + "\r\n";
    if (length > 0) {
        out += std::string{"Content-Type: "} + media_type + "\r\nContent-Length: " + std::to_string(length) + "\r\n";
    }
    return out + "\r\n";
}

int LocalServer::connected() const {
    const bool v6 = host_ == "[::1]";
    Descriptor socket{::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port_);
    six.sin6_addr = in6addr_loopback;
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port_);
    if (!v6 && inet_pton(AF_INET, host_.c_str(), &four.sin_addr) != 1) no_answer();
    const auto* to = v6 ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
    if (connect(socket.get(), to, v6 ? sizeof six : sizeof four) != 0) no_answer();
    return socket.release();
}

Answer LocalServer::exchange(const std::string& head, const std::function<void(int)>& send_body) const {
    const Descriptor socket{connected()};
    if (send_all(socket.get(), head) && send_body) send_body(socket.get());
    return parse_answer(receive_all(socket.get()));
}

Answer LocalServer::get(const std::string& target) const {
    return exchange(head("GET", target, 0), nullptr);
}

Answer LocalServer::remove(const std::string& target) const {
    return exchange(head("DELETE", target, 0), nullptr);
}

Answer LocalServer::post_json(const std::string& target, const std::string& body) const {
    return exchange(head("POST", target, body.size(), "application/json"), [&](int socket) { send_all(socket, body); });
}

// HTTP/1.0: the answer's end is the connection's, no chunks to undo.
std::uint64_t LocalServer::fetch(const std::string& target, const std::string& path,
                                 const std::function<void(std::uint64_t)>& progress) const {
    const Descriptor socket{connected()};
    send_all(socket.get(), head("GET", target, 0, "", "1.0"));
    std::string part(1 << 18, '\0');
    std::string start;
    const auto receive = [&] {
        ssize_t n = 0;
        do n = recv(socket.get(), part.data(), part.size(), 0);
        while (n < 0 && errno == EINTR);
        return std::string_view{part}.substr(0, n > 0 ? static_cast<std::size_t>(n) : 0);
    };
    auto end = start.npos;
    while ((end = start.find("\r\n\r\n")) == start.npos) {
        const auto more = receive();
        if (more.empty() || start.size() > part.size()) no_answer();
        start += more;
    }
    if (start.size() < 12 || start.compare(8, 4, " 200") != 0) {
        throw Error{ErrorCode::unreadable_file, "the server does not give the file"};
    }
    const Descriptor file{open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    const auto fail = [] {
        const bool full = errno == ENOSPC || errno == EDQUOT;
        throw Error{full ? ErrorCode::storage_full : ErrorCode::storage_failed, "the file can't be written"};
    };
    if (file.get() < 0) fail();
    std::uint64_t size = 0;
    std::string_view bytes = std::string_view{start}.substr(end + 4);
    do {
        size += bytes.size();
        if (!geo::wrap::write_all(file.get(), bytes)) fail();
        progress(size);
        bytes = receive();
    } while (!bytes.empty());
    if (fsync(file.get()) != 0) fail();
    return size;
}

Answer LocalServer::post_file(const std::string& target, const std::string& path,
                              const std::function<void(double)>& progress) const {
    const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat info {};
    if (file.get() < 0 || fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        throw Error{ErrorCode::unreadable_file, "the file can't be opened"};
    }
    if (info.st_size == 0) throw Error{ErrorCode::unreadable_file, "the file is empty"};
    const auto size = static_cast<std::uint64_t>(info.st_size);
    return exchange(head("POST", target, size), [&](int socket) {
        std::string buffer(1 << 18, '\0');
        std::uint64_t sent = 0;
        while (sent < size) {
            const auto n = read(file.get(), buffer.data(), std::min<std::uint64_t>(buffer.size(), size - sent));
            if (n <= 0) throw Error{ErrorCode::unreadable_file, "the file became shorter while it was read"};
            if (!send_all(socket, std::string_view{buffer}.substr(0, static_cast<std::size_t>(n)))) return;
            sent += static_cast<std::uint64_t>(n);
            progress(static_cast<double>(sent) / static_cast<double>(size));
        }
    });
}

} // namespace server::commands
