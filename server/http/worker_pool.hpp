// The threads that do the work: handlers, streams, spool files. The I/O threads only hand over. Bounded: what doesn't
// fit is refused at once, so that an overloaded server says so within milliseconds instead of growing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace server::http {

// Thread-safe. Tasks start in the order they came. A task must not throw.
class WorkerPool {
public:
    WorkerPool(int threads, std::size_t queue_length);
    ~WorkerPool(); // stops and joins
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    bool submit(std::function<void()> task);        // false: the queue is full, nothing was taken
    void submit_always(std::function<void()> task); // the rest of work already admitted (the next block of a stream)
    // Around work of a task that ends elsewhere: stop() and join() wait for it too.
    void expect();
    void arrived();
    std::size_t waiting() const;
    // Takes nothing more and waits until all is done; false: some task was still running after `most`.
    bool stop(std::chrono::milliseconds most);
    void join(); // after stop(): waits for the last task, however long it takes; never from a task

private:
    void work();
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
    std::size_t queue_length_;
    std::condition_variable quiet_;
    int running_ = 0;
    int expected_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace server::http
