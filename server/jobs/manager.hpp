// Long work with a number to ask after: accepted, running, successful, failed, dismissed (OGC API - Processes 18-062r2,
// clause 7.11). Knows threads and callers' names, not what the work is. Jobs live in memory: what must survive a
// restart keeps its own state (an import in the store).
#pragma once

#include "geo/error.hpp"
#include "geo/time.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace server::jobs {

enum class State { accepted, running, successful, failed, dismissed };
const char* name(State state);

// What can be seen of a job at one moment.
struct Job {
    std::string id;
    std::string type;  // of the work: "import"
    std::string owner; // account that started it
    State state = State::accepted;
    double progress = -1; // 0..1; negative: not known
    std::string message;
    std::shared_ptr<const std::string> result; // of a successful job, and of a failed one that has something to say
    std::string result_type;                   // its media type, JSON of some kind
    std::optional<geo::Error> error;
    geo::Instant created, updated;
    std::optional<geo::Instant> started, finished;
};

// For the work: says how far it is and learns whether to stop. One thread.
class Task {
public:
    virtual ~Task() = default;
    virtual void report(double progress, const std::string& message) = 0;
    // Also before a failure: what is known by then.
    virtual void result(std::string json, std::string media_type) = 0;
    void result(std::string json) { result(std::move(json), "application/json"); }
    virtual std::stop_token stop() const = 0;
};
using Work = std::function<void(Task&)>; // throws to fail; geo::Error's message is shown

// Thread-safe. Errors: not_found for a job that isn't there or is another caller's, never told apart.
class Manager {
public:
    struct Options {
        std::size_t threads = 2;                   // jobs that run at once
        std::size_t waiting = 32;                  // accepted beyond those; more is Error{busy}
        std::size_t waiting_of_one = 16;           // the same of one account, so that nobody takes all the places
        std::size_t remembered = 500;              // finished jobs kept; the oldest are forgotten first
        std::size_t remembered_bytes = 64u << 20;  // of their results, but for the newest
        std::function<void(const Job&)> on_change; // after each change, from any thread, without locks held
    };
    Manager();
    explicit Manager(Options options);
    ~Manager(); // asks all to stop and waits for them
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    std::string start(const std::string& type, const std::string& owner, Work work); // the job's id
    bool would_wait() const; // all threads are at work: a job started now begins only after another
    Job get(const std::string& id, const std::string& owner) const;
    std::optional<Job> find(const std::string& id, const std::string& owner) const; // instead of not_found
    std::vector<Job> list(const std::string& owner) const;                          // newest first
    // One that waits or runs is stopped and becomes dismissed as soon as it notices; one that has ended is forgotten.
    Job dismiss(const std::string& id, const std::string& owner);
    // Returns as soon as the job has ended, or at the deadline, whatever its state.
    Job wait(const std::string& id, const std::string& owner, std::chrono::milliseconds at_most) const;

private:
    struct State_;
    std::unique_ptr<State_> state_;
};

// The statusInfo of OGC API - Processes as JSON, without links.
std::string status_info(const Job& job);

} // namespace server::jobs
