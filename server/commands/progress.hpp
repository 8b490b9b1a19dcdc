// Progress of a long command on standard error: a bar on a terminal, a plain line now and then in a pipe, nothing when
// asked to be quiet. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace server::commands {

class Progress {
public:
    Progress(std::string what, bool quiet);
    ~Progress(); // ends the bar's line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    // share in 0..1; negative: not known. `detail` is shown behind the bar.
    void show(double share, const std::string& detail);
    void done(const std::string& detail);

private:
    std::string what_;
    bool quiet_ = false;
    bool terminal_ = false;
    bool open_line_ = false;
    std::chrono::steady_clock::time_point began_, shown_;
    int shown_percent_ = -1;
};

} // namespace server::commands
