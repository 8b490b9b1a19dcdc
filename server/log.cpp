// A line is put together where it is logged, by hand, and added to a buffer; one thread does nothing but write buffers
// out. So a request's line costs its own thread a copy of some 200 bytes, whatever standard error is: a file on a slow
// disk, a terminal, a pipe that nobody reads. (A thread that also formats the lines takes whole time slices from the
// I/O thread where both have one core, and its queue wakes it for each line.)
#include "server/log.hpp"

#include "geo/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <memory>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace server::log {
namespace {

constexpr std::size_t kEnough_bytes = 64 * 1024; // wakes the thread that writes
constexpr std::size_t kMost_bytes = 1024 * 1024; // waiting to be written; what comes then is dropped and counted
constexpr std::size_t kWhole_bytes = 4096;       // PIPE_BUF: goes into a pipe whole, and without waiting after poll()
constexpr std::chrono::milliseconds kLatest{200};
constexpr int kLook_ms = 100; // at whether to stop, while the reader stalls
constexpr int kLastLooks = 5; // once it is to stop

constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warning", "error"};

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
    if (const auto* text = std::get_if<std::string_view>(&value)) return append_text(out, *text);
    if (const auto* flag = std::get_if<bool>(&value)) {
        out += *flag ? "true" : "false";
        return;
    }
    char digits[384]; // the longest double with three decimals has 313
    const auto* whole = std::get_if<std::int64_t>(&value);
    const auto end =
        whole ? std::to_chars(digits, digits + sizeof digits, *whole)
              : std::to_chars(digits, digits + sizeof digits, std::get<double>(value), std::chars_format::fixed, 3);
    out.append(digits, static_cast<std::size_t>(end.ptr - digits));
}

// "2026-03-01T12:00:00.123Z"; the calendar is asked once a second.
void append_time(std::string& out) {
    thread_local std::time_t second = -1;
    thread_local char text[32];
    const auto now_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    if (const std::time_t now = now_ms / 1000; now != second) {
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
        second = now;
    }
    const auto ms = static_cast<int>(now_ms % 1000);
    out += text;
    out += static_cast<char>('0' + ms / 100);
    out += static_cast<char>('0' + ms / 10 % 10);
    out += static_cast<char>('0' + ms % 10);
    out += 'Z';
}

void append_line(std::string& out, Level level, std::string_view event, std::initializer_list<Field> fields) {
    out += "{\"time\":\"";
    append_time(out);
    out += "\",\"level\":\"";
    out += kNames[static_cast<std::size_t>(level)];
    out += "\",\"event\":";
    append_text(out, event);
    for (const auto& [name, value] : fields) {
        out += ',';
        append_text(out, name);
        out += ':';
        append_value(out, value);
    }
    out += "}\n";
}

class Output {
public:
    explicit Output(Level least) : least_{least}, thread_{[this] { work(); }} {}
    ~Output() { finish(); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // Writes what waits. A line that comes later goes nowhere and harms nothing.
    void finish() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        wake_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

    bool takes(Level level) const { return level >= least_; }
    void add(std::string_view line, bool at_once) {
        bool wake = at_once;
        {
            const std::lock_guard lock{mutex_};
            if (waiting_.size() + line.size() > kMost_bytes) {
                ++dropped_;
                return;
            }
            const auto before = waiting_.size();
            waiting_ += line;
            at_once_ |= at_once;
            wake |= before == 0 || (before < kEnough_bytes && waiting_.size() >= kEnough_bytes);
        }
        if (wake) wake_.notify_one();
    }

private:
    void work();
    bool write_out(std::string_view text); // false: it can't be
    bool may_write(bool is_file);
    bool stopping() const {
        const std::lock_guard lock{mutex_};
        return stopping_;
    }

    const Level least_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::string waiting_; // whole lines
    std::uint64_t dropped_ = 0;
    bool at_once_ = false;
    bool stopping_ = false;
    std::thread thread_; // last: runs once everything else is there
};

void Output::work() {
    ::pthread_setname_np(::pthread_self(), "log");
    std::string lines;
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        wake_.wait_for(lock, kLatest, [this] { return stopping_ || at_once_ || waiting_.size() >= kEnough_bytes; });
        lines.swap(waiting_);
        at_once_ = false;
        const auto dropped = std::exchange(dropped_, 0);
        const bool last = stopping_;
        lock.unlock();
        if (dropped > 0)
            append_line(lines, Level::warning, "log lines dropped", {{"lines", static_cast<std::int64_t>(dropped)}});
        const bool written = write_out(lines);
        lines.clear();
        lock.lock();
        if (last || (!written && stopping_)) return; // what comes now is of threads that outlive stop()
    }
}

// Waits while the reader of standard error stalls; not for ever once this is to stop.
bool Output::may_write(bool is_file) {
    if (is_file) return true;
    for (int looks_left = kLastLooks; looks_left > 0;) {
        pollfd look{STDERR_FILENO, POLLOUT, 0};
        if (::poll(&look, 1, kLook_ms) > 0) return true; // an error shows when it is written to
        if (stopping()) --looks_left;
    }
    return false;
}

// Into a pipe in pieces that it takes at once and whole, each of whole lines where they are no longer: then neither
// this thread waits inside write(), where nobody could stop it, nor do another process' words fall into a line.
bool Output::write_out(std::string_view text) {
    struct stat about {};
    const bool is_file = ::fstat(STDERR_FILENO, &about) == 0 && S_ISREG(about.st_mode);
    while (!text.empty()) {
        auto piece = text.size();
        if (!is_file && piece > kWhole_bytes) {
            const auto end = text.substr(0, kWhole_bytes).rfind('\n');
            piece = end == std::string_view::npos ? kWhole_bytes : end + 1;
        }
        if (!may_write(is_file)) return false;
        const auto wrote = ::write(STDERR_FILENO, text.data(), piece);
        if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (wrote <= 0) return false; // closed, or a full disk: there is nobody to tell
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

std::unique_ptr<Output> output; // of the last start; stays after its end for a thread that still logs
std::atomic<Output*> current{nullptr};

} // namespace

void start(std::string_view least_level) {
    const auto* const found = std::ranges::find(kNames, least_level);
    if (found == kNames.end())
        throw geo::Error{geo::ErrorCode::invalid_input, "The log level is debug, info, warning or error.", "log_level"};
    output = std::make_unique<Output>(static_cast<Level>(found - kNames.begin()));
    current = output.get();
}

void stop() {
    if (auto* const last = current.exchange(nullptr)) last->finish();
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    Output* const to = current.load(std::memory_order_acquire);
    if (!to || !to->takes(level)) return;
    thread_local std::string line; // keeps its room
    line.clear();
    append_line(line, level, event, fields);
    to->add(line, level >= Level::warning);
}

} // namespace server::log
