#include "server/log.hpp"

#include "geo/error.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace server::log {
namespace {

constexpr std::size_t kQueuedLines = 8192;

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> one;
    return one;
}

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

void append_text(std::string& out, std::string_view text) {
    if (is_plain(text)) { // nearly always, and this is written for every request
        out += '"';
        out += text;
        out += '"';
        return;
    }
    out += nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void append_value(std::string& out, const Value& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) append_text(out, *text);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) out += std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) {
        char digits[32];
        out.append(digits, static_cast<std::size_t>(std::snprintf(digits, sizeof digits, "%.3f", *number)));
    }
    if (const auto* flag = std::get_if<bool>(&value)) out += *flag ? "true" : "false";
}

} // namespace

void start(std::string_view least_level) {
    const auto level = spdlog::level::from_str(std::string{least_level});
    if (level == spdlog::level::off || level == spdlog::level::trace || level == spdlog::level::critical)
        throw geo::Error{geo::ErrorCode::invalid_input, "The log level is debug, info, warning or error.", "log_level"};
    spdlog::init_thread_pool(kQueuedLines, 1);
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto made = std::make_shared<spdlog::async_logger>("sarhad", sink, spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
    made->set_level(level);
    made->flush_on(spdlog::level::warn);
    logger() = std::move(made);
}

void stop() {
    logger().reset();
    spdlog::shutdown();
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    const auto& to = logger();
    if (!to || !to->should_log(level_of(level))) return;
    std::string line = "\"event\":";
    append_text(line, event);
    for (const auto& [name, value] : fields) {
        line += ',';
        append_text(line, name);
        line += ':';
        append_value(line, value);
    }
    to->log(level_of(level), spdlog::string_view_t{line.data(), line.size()});
}

} // namespace server::log
