// Counters for operators, in Prometheus' text format (version 0.0.4). Knows no endpoint. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace server {

class Metrics {
public:
    // An answered request; `route` is an operation id, empty for what never reached one.
    void request(const std::string& route, int status, std::chrono::microseconds duration, std::uint64_t body_bytes);

    // A counter that lives as long as this; the same name gives the same counter. `labels` as in `layer="reports"`.
    // Keep the reference where it is counted often: the lookup takes a lock.
    std::atomic<std::uint64_t>& counter(const std::string& name, const std::string& help,
                                        const std::string& labels = {});

    // A value read when someone asks.
    void gauge(const std::string& name, const std::string& help, std::function<double()> read);

    std::string text() const;

private:
    static constexpr std::array<double, 11> kBounds_s{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
    struct Route {
        std::map<int, std::uint64_t> by_status;
        std::array<std::uint64_t, kBounds_s.size() + 1> buckets{};
        double sum_s = 0;
        std::uint64_t bytes = 0;
    };
    struct Counter {
        std::string help;
        std::map<std::string, std::unique_ptr<std::atomic<std::uint64_t>>> by_labels;
    };
    struct Gauge {
        std::string help;
        std::function<double()> read;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Route> routes_;
    std::map<std::string, Counter> counters_;
    std::map<std::string, Gauge> gauges_;
};

} // namespace server
