// The real program in a temporary folder: started, spoken to over a socket, stopped. What these tests promise holds for
// what a user runs, not for a part of it.
#pragma once

#include "tests/unit/http/raw_client.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace test {

// Removed with all that is in it at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::string path(std::string_view name = {}) const;
    std::string write(std::string_view name, std::string_view text) const; // -> its path

private:
    std::filesystem::path folder_;
};

struct Ran {
    int exit_code = -1; // 128 + signal for one that was killed
    std::string out;
    std::string err;
};

using Environment = std::vector<std::pair<std::string, std::string>>; // added to that of the test

// Runs `sarhad ARGUMENTS` to its end.
Ran run(const std::vector<std::string>& arguments, const Environment& environment = {});

class Server {
public:
    // `sarhad serve --data-dir … --listen 127.0.0.1:0 ARGUMENTS`, and waits until it listens (30 s at most).
    // Error: std::runtime_error with what the program said, when it ends or does not listen.
    explicit Server(const std::string& data_dir, std::vector<std::string> arguments = {"--open"},
                    const Environment& environment = {});
    ~Server(); // stop()
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return pid_; }
    bool alive() const;
    void signal(int number) const;
    int wait();              // for its end: the exit code, 128 + signal
    int stop();              // SIGTERM and wait
    std::string log() const; // standard error so far

    // One request on a connection of its own. `headers` are whole lines with their line ends.
    Answer get(std::string_view target, std::string_view headers = {}) const;
    Answer ask(std::string_view method, std::string_view target, std::string_view headers = {},
               std::string_view body = {}) const;

private:
    TemporaryFolder scratch_;
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

std::string encode(std::string_view text); // percent-encoded, for a query

// A new token's line for a request, by the program's own verb. std::runtime_error: what the program said.
std::string token_header(const std::string& data_dir, const std::string& role, const std::string& agency);
// The line that names the version which an answer showed.
std::string if_match(const Answer& answer);
// The path of what was created, from Location.
std::string path_of(const Answer& created);

} // namespace test
