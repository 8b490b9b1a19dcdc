// Questions one after the other over one connection: Sarhad over HTTP, MapServer over FastCGI without a web server
// between, PostgreSQL over libpq with the answer in binary. Each is spoken to as directly as it allows.
#include "tests/bench/client/client.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <libpq-fe.h>
#include <memory>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bench {

namespace {

class HttpEngine {
public:
    explicit HttpEngine(std::uint16_t port) : connection_{port} {}
    std::string ask(const std::string& path) {
        // No two requests are the same bytes: an answer must not come from what was kept of an earlier one.
        auto answer = connection_.exchange("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nX-Count: " +
                                           std::to_string(seconds_now()) + "-" + std::to_string(++asked_) + "\r\n\r\n");
        if (answer.status != 200 && answer.status != 204)
            fail(path + " answers " + std::to_string(answer.status) + ": " + answer.body);
        return std::move(answer.body);
    }

private:
    HttpConnection connection_;
    std::size_t asked_ = 0;
};

class PostgresEngine {
public:
    explicit PostgresEngine(const std::string& connection) : connection_{PQconnectdb(connection.c_str()), PQfinish} {
        if (PQstatus(connection_.get()) != CONNECTION_OK) fail(PQerrorMessage(connection_.get()));
    }
    std::string ask(const std::string& query) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result{
            PQexecParams(connection_.get(), query.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1), PQclear};
        if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail(PQresultErrorMessage(result.get()));
        if (PQntuples(result.get()) != 1) fail("not one row: " + query);
        return {PQgetvalue(result.get(), 0, 0), static_cast<std::size_t>(PQgetlength(result.get(), 0, 0))};
    }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

// https://fastcgi-archives.github.io/FastCGI_Specification.html
class FastCgiEngine {
public:
    explicit FastCgiEngine(const std::string& path) : socket_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        path.copy(to.sun_path, sizeof to.sun_path - 1);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("no FastCGI server at " + path);
    }
    ~FastCgiEngine() { ::close(socket_); }
    FastCgiEngine(const FastCgiEngine&) = delete;
    FastCgiEngine& operator=(const FastCgiEngine&) = delete;

    std::string ask(const std::string& query) {
        std::string out = record(kBegin, std::string{"\0\1\1\0\0\0\0\0", 8}); // a responder, the connection stays
        out += record(kParameters, parameter("REQUEST_METHOD", "GET") + parameter("QUERY_STRING", query));
        out += record(kParameters, "") + record(kInput, "");
        if (::send(socket_, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()))
            fail("the FastCGI server hung up");
        std::string answer;
        for (;;) {
            unsigned char head[8];
            read(head, sizeof head);
            const std::size_t length = head[4] * 256u + head[5], padding = head[6];
            std::string content(length + padding, '\0');
            read(content.data(), content.size());
            if (head[1] == kOutput) answer.append(content, 0, length);
            if (head[1] == kEnd) break;
        }
        const auto end = answer.find("\r\n\r\n");
        if (end == std::string::npos || answer.substr(0, end).find("text/html") != std::string::npos)
            fail("MapServer answers " + answer.substr(0, 300));
        return answer.substr(end + 4);
    }

private:
    enum : unsigned char { kBegin = 1, kEnd = 3, kParameters = 4, kInput = 5, kOutput = 6 };

    static std::string record(unsigned char type, const std::string& content) {
        const unsigned char head[8]{
            1, type, 0, 1, static_cast<unsigned char>(content.size() >> 8), static_cast<unsigned char>(content.size()),
            0, 0};
        return std::string{reinterpret_cast<const char*>(head), sizeof head} + content;
    }
    static std::string length_of(std::size_t size) {
        if (size < 128) return {static_cast<char>(size)};
        return {static_cast<char>(0x80 | (size >> 24)), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                static_cast<char>(size)};
    }
    static std::string parameter(const std::string& name, const std::string& value) {
        return length_of(name.size()) + length_of(value.size()) + name + value;
    }
    void read(void* to, std::size_t size) {
        for (auto* at = static_cast<char*>(to); size > 0;) {
            const auto got = ::recv(socket_, at, size, 0);
            if (got <= 0) fail("the FastCGI server hung up");
            at += got;
            size -= static_cast<std::size_t>(got);
        }
    }
    int socket_;
};

template <typename Engine>
Ask asking(std::shared_ptr<Engine> engine) {
    return [engine](const std::string& question) { return engine->ask(question); };
}

} // namespace

Ask connect(const std::string& address) {
    const auto rest = address.substr(address.find(':') + 1);
    if (address.starts_with("http:"))
        return asking(std::make_shared<HttpEngine>(static_cast<std::uint16_t>(std::stoi(rest))));
    if (address.starts_with("fcgi:")) return asking(std::make_shared<FastCgiEngine>(rest));
    if (address.starts_with("pg:")) return asking(std::make_shared<PostgresEngine>(rest));
    fail("no such engine: " + address);
}

int fetch(Arguments arguments) {
    const auto ask = connect(arguments[0]);
    std::vector<double> times_ms;
    std::size_t bytes = 0;
    std::string question, sizes;
    for (std::size_t number = 0; std::getline(std::cin, question); ++number) {
        const double began = seconds_now();
        const auto answer = ask(question);
        times_ms.push_back((seconds_now() - began) * 1000);
        bytes += answer.size();
        sizes += (sizes.empty() ? "" : ",") + std::to_string(answer.size());
        if (arguments.size() > 1)
            std::ofstream{arguments[1] + "/" + std::to_string(number), std::ios::binary} << answer;
    }
    std::printf("{\"bytes\":%zu,\"sizes\":[%s],\"ms\":%s}\n", bytes, sizes.c_str(), statistics(times_ms).c_str());
    return 0;
}

} // namespace bench
