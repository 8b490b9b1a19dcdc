// Rows that are durable when they are acknowledged, one a commit: by one writer or several, each waiting for its own
// answer before it sends the next. `disk` is the bare limit: a page of a file
// written over, as a log that is used again is, and flushed.
#include "tests/bench/client/client.hpp"

#include <cstdio>
#include <fcntl.h>
#include <libpq-fe.h>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <unistd.h>

namespace bench {

namespace {

struct Row {
    double lon, lat;
    int severity;
    double confidence;
    std::string id; // UUID of version 7's form, as a client makes it
};

class Rows {
public:
    explicit Rows(std::uint64_t seed) : random_{seed} {}
    Row next() {
        char id[40];
        const auto a = random_(), b = random_();
        std::snprintf(id, sizeof id, "%08x-%04x-7%03x-8%03x-%012llx", static_cast<unsigned>(a >> 32),
                      static_cast<unsigned>(a & 0xffff), static_cast<unsigned>((a >> 16) & 0xfff),
                      static_cast<unsigned>(b >> 52), static_cast<unsigned long long>(b & 0xffff'ffff'ffff));
        return {60 + static_cast<double>(random_() % 180'000'000) / 1e7,
                24 + static_cast<double>(random_() % 130'000'000) / 1e7, 1 + static_cast<int>(random_() % 5),
                static_cast<double>(random_() % 101) / 100, id};
    }

private:
    std::mt19937_64 random_;
};

using WriteOne = std::function<void(const Row&)>;

WriteOne http_writer(std::uint16_t port) {
    const auto connection = std::make_shared<HttpConnection>(port);
    return [connection](const Row& row) {
        char body[512], head[256];
        const int size =
            std::snprintf(body, sizeof body,
                          R"({"type":"Feature","id":"%s","geometry":{"type":"Point","coordinates":[%.7f,%.7f]},)"
                          R"("properties":{"kind":"camp","severity":%d,"confidence":%.2f}})",
                          row.id.c_str(), row.lon, row.lat, row.severity, row.confidence);
        std::snprintf(
            head, sizeof head,
            "POST /collections/points/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/geo+json\r\n"
            "Content-Length: %d\r\n\r\n",
            size);
        const auto answer = connection->exchange(std::string{head} + body);
        if (answer.status != 201) fail("a write answers " + std::to_string(answer.status) + ": " + answer.body);
    };
}

WriteOne postgres_writer(const std::string& address) {
    const std::shared_ptr<PGconn> connection{PQconnectdb(address.c_str()), PQfinish};
    if (PQstatus(connection.get()) != CONNECTION_OK) fail(PQerrorMessage(connection.get()));
    PQclear(PQprepare(connection.get(), "add",
                      "INSERT INTO points VALUES ($1, 'camp', $2, $3, ST_SetSRID(ST_MakePoint($4, $5), 4326))", 5,
                      nullptr));
    return [connection](const Row& row) {
        const std::string severity = std::to_string(row.severity), confidence = std::to_string(row.confidence),
                          lon = std::to_string(row.lon), lat = std::to_string(row.lat);
        const char* values[]{row.id.c_str(), severity.c_str(), confidence.c_str(), lon.c_str(), lat.c_str()};
        PGresult* result = PQexecPrepared(connection.get(), "add", 5, values, nullptr, nullptr, 0);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) fail(PQresultErrorMessage(result));
        PQclear(result);
    };
}

WriteOne disk_writer(const std::string& path) {
    constexpr long kPages = 4096;
    const std::string page(4096, 'x');
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY, 0600);
    if (file < 0) fail("can't write " + path);
    const auto put = [file, page](long at) {
        if (::pwrite(file, page.data(), page.size(), at * 4096) != 4096) fail("the disk is full");
    };
    for (long i = 0; i < kPages; ++i) put(i);
    if (::fsync(file) != 0) fail("the disk is full");
    return [file, put, next = 0L](const Row&) mutable {
        put(next++ % kPages);
        if (::fdatasync(file) != 0) fail("the disk is full");
    };
}

WriteOne writer(const std::string& address) {
    const auto rest = address.substr(address.find(':') + 1);
    if (address.starts_with("http:")) return http_writer(static_cast<std::uint16_t>(std::stoi(rest)));
    if (address.starts_with("pg:")) return postgres_writer(rest);
    return disk_writer(rest);
}

} // namespace

int write(Arguments arguments) {
    const std::size_t writers = std::stoul(arguments[1]);
    const double seconds = std::stod(arguments[2]);
    const std::uint64_t seed = std::stoull(arguments[3]);
    std::vector<WriteOne> ready;
    for (std::size_t i = 0; i < writers; ++i) ready.push_back(writer(arguments[0]));
    std::mutex mutex;
    std::vector<double> times_ms;
    std::vector<std::thread> threads;
    const double began = seconds_now();
    for (std::size_t i = 0; i < writers; ++i) {
        threads.emplace_back([&, i] {
            Rows rows{seed * 1000 + i};
            std::vector<double> own;
            for (double now = seconds_now(); now - began < seconds;) {
                ready[i](rows.next());
                const double after = seconds_now();
                own.push_back((after - now) * 1000);
                now = after;
            }
            const std::lock_guard lock{mutex};
            times_ms.insert(times_ms.end(), own.begin(), own.end());
        });
    }
    for (auto& thread : threads) thread.join();
    const double took = seconds_now() - began;
    std::printf("{\"per_s\":%.1f,\"ms\":%s}\n", static_cast<double>(times_ms.size()) / took,
                statistics(times_ms).c_str());
    return 0;
}

} // namespace bench
