#include "tests/api/program.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace test {
namespace {

namespace fs = std::filesystem;

std::string read(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// Standard output and error go to files: no pipe that could fill up and stop the program.
pid_t start(const std::vector<std::string>& arguments, const Environment& environment, const std::string& out,
            const std::string& err) {
    std::vector<char*> argv, envp;
    std::string program = SARHAD_PROGRAM;
    argv.push_back(program.data());
    auto held = arguments;
    for (auto& argument : held) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::vector<std::string> added;
    for (const auto& [name, value] : environment) added.push_back(std::string{name}.append("=").append(value));
    for (char** inherited = ::environ; *inherited; ++inherited) envp.push_back(*inherited);
    for (auto& variable : added) envp.push_back(variable.data());
    envp.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    const int flags = O_CREAT | O_WRONLY | O_TRUNC;
    if (::dup2(::open(out.c_str(), flags, 0600), 1) < 0 || ::dup2(::open(err.c_str(), flags, 0600), 2) < 0)
        ::_exit(127);
    ::execve(program.c_str(), argv.data(), envp.data());
    ::_exit(127);
}

int exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

TemporaryFolder::TemporaryFolder() {
    auto name = (fs::temp_directory_path() / "sarhad-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
    folder_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string TemporaryFolder::path(std::string_view name) const {
    return name.empty() ? folder_ : folder_ / name;
}

std::string TemporaryFolder::write(std::string_view name, std::string_view text) const {
    std::ofstream{path(name), std::ios::binary} << text;
    return path(name);
}

Ran run(const std::vector<std::string>& arguments, const Environment& environment) {
    const TemporaryFolder scratch;
    const auto pid = start(arguments, environment, scratch.path("out"), scratch.path("err"));
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {exit_code(status), read(scratch.path("out")), read(scratch.path("err"))};
}

Server::Server(const std::string& data_dir, std::vector<std::string> arguments, const Environment& environment) {
    std::vector<std::string> all{"serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    pid_ = start(all, environment, scratch_.path("out"), scratch_.path("err"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    static constexpr std::string_view kLine = "listening on http://127.0.0.1:";
    while (std::chrono::steady_clock::now() < until) {
        const auto out = read(scratch_.path("out"));
        if (const auto at = out.find(kLine); at != std::string::npos && out.back() == '\n') {
            port_ = static_cast<std::uint16_t>(std::stoi(out.substr(at + kLine.size())));
            return;
        }
        if (!alive()) break;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    signal(SIGKILL);
    const int code = wait();
    throw std::runtime_error{"the server does not listen (" + std::to_string(code) + "): " + log()};
}

Server::~Server() {
    stop();
}

bool Server::alive() const {
    siginfo_t info{};
    return pid_ > 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

void Server::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

int Server::wait() {
    if (pid_ <= 0) return -1;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return exit_code(status);
}

int Server::stop() {
    signal(SIGTERM);
    return wait();
}

std::string Server::log() const {
    return read(scratch_.path("err"));
}

Answer Server::get(std::string_view target, std::string_view headers) const {
    return ask("GET", target, headers);
}

Answer Server::ask(std::string_view method, std::string_view target, std::string_view headers,
                   std::string_view body) const {
    RawClient client{port_};
    std::string request{method};
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1:").append(std::to_string(port_));
    request.append("\r\nConnection: close\r\n").append(headers);
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request.append("\r\n").append(body);
    client.send(request);
    return client.read(method == "HEAD");
}

std::string encode(std::string_view text) {
    std::string out;
    char escaped[4];
    for (const char c : text) {
        std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
        out += escaped;
    }
    return out;
}

std::string token_header(const std::string& data_dir, const std::string& role, const std::string& agency) {
    const auto made = run({"token", "create", "--data-dir", data_dir, "--role", role, "--agency", agency});
    if (made.exit_code != 0) throw std::runtime_error{"no token: " + made.err};
    return "Authorization: Bearer " + made.out.substr(0, made.out.find('\n')) + "\r\n";
}

std::string if_match(const Answer& answer) {
    return "If-Match: " + answer.header("etag") + "\r\n";
}

std::string path_of(const Answer& created) {
    const auto location = created.header("location");
    return location.substr(std::min(location.size(), location.find("/collections")));
}

} // namespace test
