#include "server/jobs/manager.hpp"

#include "geo/uuid.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace server::jobs {

using geo::Error;
using geo::ErrorCode;

const char* name(State state) {
    switch (state) {
    case State::accepted:
        return "accepted";
    case State::running:
        return "running";
    case State::successful:
        return "successful";
    case State::failed:
        return "failed";
    case State::dismissed:
        return "dismissed";
    }
    return "";
}

namespace {

bool ended(State state) {
    return state == State::successful || state == State::failed || state == State::dismissed;
}

struct Entry {
    Job job;
    Work work;
    std::stop_source stop;
};

} // namespace

struct Manager::State_ {
    explicit State_(Options given) : options{std::move(given)} {}

    std::shared_ptr<Entry> seek(const std::string& id, const std::string& owner) const { // null: none of theirs
        const auto at = entries.find(id);
        return at == entries.end() || at->second->job.owner != owner ? nullptr : at->second;
    }

    std::shared_ptr<Entry> find(const std::string& id, const std::string& owner) const {
        auto entry = seek(id, owner);
        if (!entry) throw Error{ErrorCode::not_found, "There is no such job."};
        return entry;
    }

    // Changes a job under the lock and tells the listener without it.
    template <class Change>
    void change(Entry& entry, const Change& apply) {
        Job seen;
        {
            const std::lock_guard lock{mutex};
            apply(entry.job);
            entry.job.updated = geo::now();
            seen = entry.job;
        }
        changed.notify_all();
        if (options.on_change) options.on_change(seen);
    }

    static std::size_t bytes_of(const Job& job) { return job.result ? job.result->size() : 0; }

    void forget_oldest() {
        std::size_t bytes = 0;
        for (const auto& [id, entry] : entries) bytes += bytes_of(entry->job);
        for (auto at = order.begin(); at != order.end();) {
            const auto& job = entries.at(*at)->job;
            const bool too_many = order.size() > options.remembered;
            const bool too_much = bytes > options.remembered_bytes && bytes_of(job) > 0 && bytes_of(job) < bytes;
            if (!too_many && bytes <= options.remembered_bytes) return;
            if (ended(job.state) && (too_many || too_much)) {
                bytes -= bytes_of(job);
                entries.erase(*at);
                at = order.erase(at);
            } else {
                ++at;
            }
        }
    }

    void run_one(const std::shared_ptr<Entry>& entry);
    void loop();

    Options options;
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::map<std::string, std::shared_ptr<Entry>> entries;
    std::deque<std::string> order; // of their start
    std::deque<std::shared_ptr<Entry>> waiting;
    bool closing = false;
    std::vector<std::jthread> threads;
};

namespace {

template <class Changer>
class TaskOf : public Task {
public:
    TaskOf(Changer change, std::stop_token stop) : change_{std::move(change)}, stop_{std::move(stop)} {}
    void report(double progress, const std::string& message) override {
        change_([&](Job& job) {
            job.progress = progress;
            job.message = message;
        });
    }
    void result(std::string json, std::string media_type) override {
        auto kept = std::make_shared<const std::string>(std::move(json));
        change_([&](Job& job) {
            job.result = std::move(kept);
            job.result_type = std::move(media_type);
        });
    }
    std::stop_token stop() const override { return stop_; }

private:
    Changer change_;
    std::stop_token stop_;
};

} // namespace

void Manager::State_::run_one(const std::shared_ptr<Entry>& entry) {
    change(*entry, [](Job& job) {
        job.state = State::running;
        job.started = geo::now();
    });
    std::optional<Error> error;
    try {
        const auto changer = [this, entry](const auto& apply) { change(*entry, apply); };
        TaskOf run{changer, entry->stop.get_token()};
        entry->work(run);
    } catch (const Error& e) {
        error = e;
    } catch (const std::exception&) { // its words may name paths: they are not for callers
        error = Error{ErrorCode::internal, "The job failed unexpectedly."};
    }
    entry->work = nullptr;
    change(*entry, [&](Job& job) {
        const bool stopped = entry->stop.stop_requested() && error;
        job.state = stopped ? State::dismissed : error ? State::failed : State::successful;
        job.finished = geo::now();
        if (job.state == State::successful) job.progress = 1;
        if (error) job.message = error->what();
        job.error = error;
    });
    const std::lock_guard lock{mutex};
    forget_oldest();
}

void Manager::State_::loop() {
    for (;;) {
        std::shared_ptr<Entry> entry;
        {
            std::unique_lock lock{mutex};
            changed.wait(lock, [this] { return closing || !waiting.empty(); });
            if (closing) return;
            entry = std::move(waiting.front());
            waiting.pop_front();
        }
        run_one(entry);
    }
}

Manager::Manager() : Manager{Options{}} {}

Manager::Manager(Options options) : state_{std::make_unique<State_>(std::move(options))} {
    for (std::size_t i = 0; i < state_->options.threads; ++i) {
        state_->threads.emplace_back([state = state_.get()] { state->loop(); });
    }
}

Manager::~Manager() {
    {
        const std::lock_guard lock{state_->mutex};
        state_->closing = true;
        for (auto& [id, entry] : state_->entries) entry->stop.request_stop();
    }
    state_->changed.notify_all();
    state_->threads.clear(); // joins
}

std::string Manager::start(const std::string& type, const std::string& owner, Work work) {
    auto entry = std::make_shared<Entry>();
    entry->job.id = geo::to_string(geo::make_uuid7());
    entry->job.type = type;
    entry->job.owner = owner;
    entry->job.created = entry->job.updated = geo::now();
    entry->work = std::move(work);
    {
        const std::lock_guard lock{state_->mutex};
        if (state_->waiting.size() >= state_->options.waiting)
            throw Error{ErrorCode::busy, "Too many jobs are waiting."};
        const auto own = std::ranges::count_if(state_->waiting, [&](const auto& e) { return e->job.owner == owner; });
        if (static_cast<std::size_t>(own) >= state_->options.waiting_of_one)
            throw Error{ErrorCode::busy, "Too many of your jobs are waiting."};
        state_->entries.emplace(entry->job.id, entry);
        state_->order.push_back(entry->job.id);
        state_->waiting.push_back(entry);
        state_->forget_oldest();
    }
    state_->changed.notify_all();
    return entry->job.id;
}

bool Manager::would_wait() const {
    const std::lock_guard lock{state_->mutex};
    const auto under_way =
        std::ranges::count_if(state_->entries, [](const auto& e) { return !ended(e.second->job.state); });
    return static_cast<std::size_t>(under_way) >= state_->options.threads;
}

Job Manager::get(const std::string& id, const std::string& owner) const {
    const std::lock_guard lock{state_->mutex};
    return state_->find(id, owner)->job;
}

std::optional<Job> Manager::find(const std::string& id, const std::string& owner) const {
    const std::lock_guard lock{state_->mutex};
    const auto entry = state_->seek(id, owner);
    return entry ? std::optional{entry->job} : std::nullopt;
}

std::vector<Job> Manager::list(const std::string& owner) const {
    const std::lock_guard lock{state_->mutex};
    std::vector<Job> out;
    for (auto id = state_->order.rbegin(); id != state_->order.rend(); ++id) {
        const auto& job = state_->entries.at(*id)->job;
        if (job.owner == owner) out.push_back(job);
    }
    return out;
}

Job Manager::dismiss(const std::string& id, const std::string& owner) {
    std::shared_ptr<Entry> entry;
    {
        const std::lock_guard lock{state_->mutex};
        entry = state_->find(id, owner);
        if (ended(entry->job.state)) {
            auto job = entry->job;
            std::erase(state_->order, id);
            state_->entries.erase(id);
            job.state = State::dismissed;
            return job;
        }
        entry->stop.request_stop();
        if (entry->job.state == State::running) return entry->job;
        std::erase(state_->waiting, entry);
        entry->work = nullptr; // and what it holds: a file, somebody who waits for its answer
    }
    state_->change(*entry, [](Job& job) {
        job.state = State::dismissed;
        job.finished = geo::now();
    });
    return get(id, owner);
}

Job Manager::wait(const std::string& id, const std::string& owner, std::chrono::milliseconds at_most) const {
    std::unique_lock lock{state_->mutex};
    const auto entry = state_->find(id, owner);
    state_->changed.wait_for(lock, at_most, [&] { return ended(entry->job.state); });
    return entry->job;
}

std::string status_info(const Job& job) {
    nlohmann::ordered_json out{
        {"jobID", job.id}, {"type", "process"}, {"processID", job.type}, {"status", name(job.state)}};
    if (!job.message.empty()) out["message"] = job.message;
    out["created"] = geo::to_rfc3339(job.created);
    if (job.started) out["started"] = geo::to_rfc3339(*job.started);
    if (job.finished) out["finished"] = geo::to_rfc3339(*job.finished);
    out["updated"] = geo::to_rfc3339(job.updated);
    if (job.progress >= 0) out["progress"] = static_cast<int>(std::lround(std::min(job.progress, 1.0) * 100));
    return out.dump();
}

} // namespace server::jobs
