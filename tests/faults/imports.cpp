#include "tests/faults/imports.hpp"

#include "tests/unit/http/raw_client.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

namespace faults {
namespace {

using nlohmann::json;
using test::Answer;

constexpr int kRows = 1100; // two batches

Answer ask(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body = {}) {
    try {
        test::RawClient client{port};
        auto answer = client.ask(
            method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" +
            "Content-Type: application/geo+json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        if (!answer.complete) answer.status = 0;
        return answer;
    } catch (const std::runtime_error&) {
        return {};
    }
}

} // namespace

std::string places_geojson(const std::string& name, int rows) {
    std::string text = R"({"type":"FeatureCollection","features":[)";
    for (int i = 0; i < rows; ++i) {
        const json feature{
            {"type", "Feature"},
            {"geometry", {{"type", "Point"}, {"coordinates", json::array({60 + i % 97 * 0.1, 28.5})}}},
            {"properties",
             {{"name", "Place of " + name}, {"source_ref", name + "-" + std::to_string(i)}, {"population", 1000 + i}}}};
        text += (i > 0 ? "," : "") + feature.dump() + "\n";
    }
    return text + "]}";
}

void run_upload(Upload& upload, std::uint16_t port) {
    const auto started = ask(port, "POST", "/import?collection=places&filename=" + upload.name + ".geojson",
                             places_geojson(upload.name, upload.rows));
    upload.last = std::to_string(started.status) + " " + started.body;
    if (started.status != 202) return;
    const std::string location = started.header("location");
    upload.job = location.substr(location.find("/jobs/"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (std::chrono::steady_clock::now() < until) {
        const auto answer = ask(port, "GET", upload.job);
        if (answer.status != 200) return;
        upload.last = answer.body;
        const auto status = json::parse(answer.body)["status"];
        if (status == "successful") upload.promised = true;
        if (status != "accepted" && status != "running") return;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

void Imports::begin(std::uint16_t port) {
    uploads_.push_back({seed_name_ + "-" + std::to_string(uploads_.size()), kRows, false, {}, {}});
    thread_ = std::jthread{[this, port] { run_upload(uploads_.back(), port); }};
}

bool Imports::end() {
    if (!thread_.joinable()) return true;
    thread_.join();
    return uploads_.back().promised;
}

void Imports::complete(std::uint16_t port) {
    for (auto& upload : uploads_)
        if (!upload.promised) run_upload(upload, port);
}

std::int64_t Imports::rows_served(std::uint16_t port) {
    const auto answer = ask(port, "GET", "/collections/places/items?limit=1");
    return answer.status == 200 ? json::parse(answer.body).value("numberMatched", std::int64_t{-1}) : -1;
}

std::int64_t Imports::rows_promised() const {
    std::int64_t rows = 0;
    for (const auto& upload : uploads_) rows += upload.promised ? upload.rows : 0;
    return rows;
}

std::int64_t Imports::rows_sent() const {
    std::int64_t rows = 0;
    for (const auto& upload : uploads_) rows += upload.rows;
    return rows;
}

std::string Imports::faults() const {
    std::string all;
    for (const auto& upload : uploads_)
        if (!upload.promised) all += upload.name + " is not in: " + upload.last + "\n";
    return all;
}

} // namespace faults
