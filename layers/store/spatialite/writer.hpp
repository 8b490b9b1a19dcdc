// The one thread that writes: takes what has queued up, puts it into one transaction, commits, tells the listener and
// only then the callers. What waits while a commit runs shares the next.
#pragma once

#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/group.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "layers/store/store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace layers::store {

// All public functions are thread-safe.
class Writer {
public:
    // Migrates the database at `path` and starts the thread.
    Writer(std::string path, SpatialiteOptions options);
    ~Writer(); // finishes what is queued

    std::future<std::vector<Store::Item>> submit(std::vector<Write> batch, std::optional<ImportState> import);
    void submit(std::vector<Write> batch, Store::Done done);
    // Runs `task` in a transaction with whatever else is queued, under its own savepoint; `committed` after it is
    // durable. Returns then, or throws what went wrong.
    void run(std::function<void(Connection&)> task, std::function<void()> committed = {});
    void listen(std::function<void(const std::vector<Store::Applied>&)> listener);

    std::shared_ptr<const Schema> schema() const;
    void replace_schema(std::shared_ptr<const Schema> schema); // from `committed`
    Seq last_seq() const;
    bool wait_beyond(Seq after, std::stop_token stop) const;
    std::optional<std::string> trouble() const;

private:
    struct Job {
        std::vector<Write> batch;
        std::optional<ImportState> import;
        std::function<void(Connection&)> task;
        std::function<void()> committed;
        Store::Done done;
        std::vector<Store::Item> items; // what `done` will say
    };

    void enqueue(Job job);
    std::future<std::vector<Store::Item>> enqueue_and_promise(Job job);
    void loop();
    bool wait_for_work(std::vector<Job>& jobs); // false: nothing left and no more to come
    void run_group(std::vector<Job>& jobs);
    void move_log_into_database();
    void write_group(std::vector<Job>& jobs);
    void run_job(Job& job, Group& group);
    Connection& connection();
    void publish(LogEnd end, const std::vector<Store::Applied>& applied);
    void catch_up(LogEnd end);
    void set_trouble(std::optional<std::string> why);

    const std::string path_;
    const SpatialiteOptions options_;

    // The writer thread's alone.
    std::unique_ptr<Connection> connection_;
    bool suspect_ = false;     // the last group failed: open anew before the next
    bool checkpointed_ = true; // nothing committed since the last checkpoint
    LogEnd end_;

    mutable std::mutex state_mutex_;
    mutable std::condition_variable_any advanced_;
    std::shared_ptr<const Schema> schema_;
    Seq last_seq_ = 0;
    Seq announced_seq_ = 0; // as last_seq_, once the listener has seen it
    std::optional<std::string> trouble_;
    std::function<void(const std::vector<Store::Applied>&)> listener_;

    std::mutex queue_mutex_;
    std::condition_variable queued_;
    std::deque<Job> edits_, imports_;
    std::size_t waiting_ = 0; // writes in both queues
    bool stopping_ = false;

    std::thread thread_; // last: runs once everything else is there
};

} // namespace layers::store
