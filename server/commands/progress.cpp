#include "server/commands/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace server::commands {

namespace {

constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kLine{5};

} // namespace

Progress::Progress(std::string what, bool quiet)
    : what_{std::move(what)}, quiet_{quiet}, terminal_{::isatty(STDERR_FILENO) == 1},
      began_{std::chrono::steady_clock::now()} {}

Progress::~Progress() {
    if (open_line_) std::fputc('\n', stderr);
}

void Progress::show(double share, const std::string& detail) {
    const auto now = std::chrono::steady_clock::now();
    if (quiet_ || now - shown_ < (terminal_ ? std::chrono::duration_cast<std::chrono::milliseconds>(kRedraw) : kLine))
        return;
    shown_ = now;
    const int percent = share < 0 ? -1 : std::clamp(static_cast<int>(share * 100), 0, 100);
    if (!terminal_) {
        if (percent >= 0)
            std::fprintf(stderr, "%s: %d %%, %s\n", what_.c_str(), percent, detail.c_str());
        else
            std::fprintf(stderr, "%s: %s\n", what_.c_str(), detail.c_str());
        return;
    }
    std::string bar;
    if (percent >= 0) {
        const int full = percent * kBarWidth / 100;
        bar = " [" + std::string(static_cast<std::size_t>(full), '#') +
              std::string(static_cast<std::size_t>(kBarWidth - full), '.') + "] " + std::to_string(percent) + " %";
    }
    std::fprintf(stderr, "\r\033[K%s%s  %s", what_.c_str(), bar.c_str(), detail.c_str());
    std::fflush(stderr);
    open_line_ = true;
}

void Progress::done(const std::string& detail) {
    if (quiet_) return;
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    std::fprintf(stderr, "%s%s: %s (%.1f s)\n", terminal_ ? "\r\033[K" : "", what_.c_str(), detail.c_str(), seconds);
    open_line_ = false;
}

} // namespace server::commands
