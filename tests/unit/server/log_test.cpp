#include "server/log.hpp"

#include "geo/error.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <map>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace logging = server::log; // `log` is a function of the C library
using nlohmann::json;

namespace {

// Standard error is a pipe while this lives.
class Captured {
public:
    Captured() : kept_{::dup(STDERR_FILENO)} {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error{"no pipe"};
        reading_ = ends[0];
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[1]);
    }
    ~Captured() {
        restore();
        ::close(reading_);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    // Until the other end is closed; to be called beside what writes, or after it.
    std::string read_all() const {
        std::string text;
        char some[4096];
        for (;;) {
            const auto got = ::read(reading_, some, sizeof some);
            if (got <= 0) return text;
            text.append(some, static_cast<std::size_t>(got));
        }
    }
    std::string read_line() const {
        std::string line;
        char c = 0;
        while (::read(reading_, &c, 1) == 1 && c != '\n') line += c;
        return line;
    }
    void restore() {
        if (kept_ < 0) return;
        ::dup2(kept_, STDERR_FILENO); // closes the pipe's last writing end
        ::close(kept_);
        kept_ = -1;
    }

private:
    int kept_;
    int reading_ = -1;
};

std::vector<json> lines_of(const std::string& text) {
    std::vector<json> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        EXPECT_NE(end, std::string::npos) << "the last line has no end";
        lines.push_back(json::parse(text.substr(at, end - at)));
        at = end + 1;
    }
    return lines;
}

} // namespace

TEST(Log, WritesOneObjectALineWithItsTimeLevelAndFields) {
    Captured captured;
    logging::start("info");
    logging::write(logging::Level::debug, "unheard");
    logging::write(logging::Level::info, "request",
                   {{"path", "/a\"b\n\xff"}, {"status", std::int64_t{-200}}, {"ms", 1.23456}, {"complete", true}});
    logging::stop();
    captured.restore();
    const auto lines = lines_of(captured.read_all());
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0]["event"], "request");
    EXPECT_EQ(lines[0]["level"], "info");
    EXPECT_EQ(lines[0]["path"], "/a\"b\n\xef\xbf\xbd"); // what is no UTF-8 is said to be none
    EXPECT_EQ(lines[0]["status"], -200);
    EXPECT_EQ(lines[0]["ms"], 1.235);
    EXPECT_EQ(lines[0]["complete"], true);
    const auto time = lines[0]["time"].get<std::string>();
    EXPECT_EQ(time.size(), std::string{"2026-03-01T12:00:00.123Z"}.size());
    EXPECT_EQ(time.back(), 'Z');
}

TEST(Log, KeepsLinesOfManyThreadsWholeAndEachThreadsInOrder) {
    constexpr std::int64_t kThreads = 4, kLines = 2000;
    Captured captured;
    logging::start("info");
    std::string text;
    std::thread reader{[&] { text = captured.read_all(); }};
    std::vector<std::thread> writers;
    for (std::int64_t t = 0; t < kThreads; ++t)
        writers.emplace_back([t] {
            for (std::int64_t i = 0; i < kLines; ++i)
                logging::write(logging::Level::info, "n", {{"thread", t}, {"i", i}});
        });
    for (auto& writer : writers) writer.join();
    logging::stop();
    captured.restore();
    reader.join();
    std::map<std::int64_t, std::int64_t> next;
    for (const auto& line : lines_of(text)) EXPECT_EQ(line["i"], next[line["thread"].get<std::int64_t>()]++);
    for (std::int64_t t = 0; t < kThreads; ++t) EXPECT_EQ(next[t], kLines);
}

TEST(Log, NeverWaitsForAReaderThatStallsAndCountsWhatItDropped) {
    constexpr std::int64_t kLines = 50'000; // some 4 MB: more than is kept and a pipe holds
    Captured captured;
    logging::start("info");
    for (std::int64_t i = 0; i < kLines; ++i) logging::write(logging::Level::info, "n", {{"i", i}}); // would hang here
    std::string text;
    std::thread reader{[&] { text = captured.read_all(); }};
    logging::stop();
    captured.restore();
    reader.join();
    std::int64_t written = 0, dropped = 0, last = -1;
    for (const auto& line : lines_of(text)) {
        if (line["event"] == "log lines dropped") {
            dropped += line["lines"].get<std::int64_t>();
            continue;
        }
        ++written;
        EXPECT_GT(line["i"], last);
        last = line["i"];
    }
    EXPECT_GT(dropped, 0);
    EXPECT_EQ(written + dropped, kLines);
}

TEST(Log, StopsThoughNobodyReads) {
    Captured captured;
    logging::start("info");
    for (int i = 0; i < 50'000; ++i) logging::write(logging::Level::info, "n");
    logging::stop();
    logging::write(logging::Level::error, "too late"); // harmless
}

TEST(Log, SaysWhatIsSeldomWithoutWaitingForMore) {
    Captured captured;
    logging::start("info");
    logging::write(logging::Level::info, "listening");
    EXPECT_EQ(json::parse(captured.read_line())["event"], "listening");
    logging::write(logging::Level::warning, "trouble");
    EXPECT_EQ(json::parse(captured.read_line())["event"], "trouble");
    logging::stop();
}

TEST(Log, RefusesALevelThatThereIsNot) {
    EXPECT_THROW(logging::start("loud"), geo::Error);
}
