#include "server/metrics.hpp"

#include <cstdio>
#include <string_view>

namespace server {
namespace {

std::string number(double value) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.9g", value);
    return {text, static_cast<std::size_t>(length)};
}

void head(std::string& out, const std::string& name, const std::string& help, const char* type) {
    out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

void sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
    out += name;
    if (!labels.empty()) out.append("{").append(labels).append("}");
    out.append(" ").append(value).append("\n");
}

std::string route_label(const std::string& route) {
    std::string out = "route=\"";
    out.append(route).append("\"");
    return out;
}

} // namespace

void Metrics::request(const std::string& route, int status, std::chrono::microseconds duration,
                      std::uint64_t body_bytes) {
    const double seconds = static_cast<double>(duration.count()) / 1e6;
    std::size_t bucket = 0;
    while (bucket < kBounds_s.size() && seconds > kBounds_s[bucket]) ++bucket;
    const std::lock_guard lock{mutex_};
    auto& entry = routes_[route];
    ++entry.by_status[status];
    ++entry.buckets[bucket];
    entry.sum_s += seconds;
    entry.bytes += body_bytes;
}

std::atomic<std::uint64_t>& Metrics::counter(const std::string& name, const std::string& help,
                                             const std::string& labels) {
    const std::lock_guard lock{mutex_};
    auto& entry = counters_[name];
    entry.help = help;
    auto& cell = entry.by_labels[labels];
    if (!cell) cell = std::make_unique<std::atomic<std::uint64_t>>(0);
    return *cell;
}

void Metrics::gauge(const std::string& name, const std::string& help, std::function<double()> read) {
    const std::lock_guard lock{mutex_};
    gauges_[name] = Gauge{help, std::move(read)};
}

std::string Metrics::text() const {
    const std::lock_guard lock{mutex_};
    std::string out;
    head(out, "sarhad_requests_total", "Answered requests by route and status.", "counter");
    for (const auto& [route, entry] : routes_) {
        const auto label = route_label(route);
        for (const auto& [status, count] : entry.by_status)
            sample(out, "sarhad_requests_total", label + ",status=\"" + std::to_string(status) + "\"",
                   std::to_string(count));
    }
    head(out, "sarhad_request_seconds", "Time from the end of a request's head to the last byte of its answer.",
         "histogram");
    for (const auto& [route, entry] : routes_) {
        const auto label = route_label(route);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i <= kBounds_s.size(); ++i) {
            below += entry.buckets[i];
            const auto bound = i < kBounds_s.size() ? number(kBounds_s[i]) : std::string{"+Inf"};
            sample(out, "sarhad_request_seconds_bucket", std::string{label}.append(",le=\"").append(bound).append("\""),
                   std::to_string(below));
        }
        sample(out, "sarhad_request_seconds_sum", label, number(entry.sum_s));
        sample(out, "sarhad_request_seconds_count", label, std::to_string(below));
    }
    head(out, "sarhad_answer_bytes_total", "Bytes of answers' bodies as sent, by route.", "counter");
    for (const auto& [route, entry] : routes_)
        sample(out, "sarhad_answer_bytes_total", route_label(route), std::to_string(entry.bytes));
    for (const auto& [name, entry] : counters_) {
        head(out, name, entry.help, "counter");
        for (const auto& [labels, cell] : entry.by_labels) sample(out, name, labels, std::to_string(cell->load()));
    }
    for (const auto& [name, entry] : gauges_) {
        head(out, name, entry.help, "gauge");
        sample(out, name, {}, number(entry.read()));
    }
    return out;
}

} // namespace server
