// The machine under the server: a data directory whose disk fails on command and keeps after a power loss only what was
// synced. Knows the shim and files; no HTTP beyond starting the program, no ledger.
#pragma once

#include "tests/api/program.hpp"
#include "tests/faults/control.hpp"

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace faults {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kShimWorks = false; // a sanitizer's own wrappers have to come first
#else
inline constexpr bool kShimWorks = true;
#endif

#define SKIP_WITHOUT_SHIM()                                                                                            \
    if (!faults::kShimWorks) GTEST_SKIP() << "the shim and a sanitizer do not go together: see the other presets"

enum class Disk {
    kernel,  // nothing in between
    faulty,  // the shim, failing on command; syncs go through
    platter, // and a power loss takes what was not synced
};

// What start() threw is a refusal: an end by itself (exit code 1) with a word about it, not a crash.
inline bool is_refusal(const std::string& words) {
    return words.find(" (1): ") != std::string::npos && words.find("sarhad serve: ") != std::string::npos;
}

// One thread's.
class Machine {
public:
    explicit Machine(Disk disk = Disk::kernel);
    // The data directory is `data_dir`, on a file system of the test's choice.
    Machine(Disk disk, std::string data_dir);

    const std::string& data() const { return data_; }
    std::string scratch(std::string_view name) const { return folder_.path(name); }
    Control& control() { return *control_; }

    // Error: std::runtime_error when it does not come to listen.
    test::Server& start(const std::vector<std::string>& arguments = {"--open"});
    test::Server& restart(); // the same once more; the platter and the faults stay as they are
    test::Server& server() { return *server_; }
    bool running() const { return server_ != nullptr && server_->alive(); }
    int stop();  // SIGTERM: the exit code
    void kill(); // SIGKILL, or finds that it has died of one
    // After kill(): the data directory becomes what a power loss would have left. All faults end.
    void lose_power(std::mt19937_64& random);

    // `sarhad check`: the number of changes. Nothing when it is not whole; `why` says so.
    std::optional<std::int64_t> check(std::string* why = nullptr) const;

private:
    void new_control();
    test::Environment environment() const;
    void adopt(); // all that is there counts as safe

    test::TemporaryFolder folder_;
    Disk disk_;
    std::string data_, platter_;
    std::shared_ptr<Control> control_;
    std::unique_ptr<test::Server> server_;
};

} // namespace faults
