#include "server/http/worker_pool.hpp"

#include <pthread.h>
#include <utility>

namespace server::http {

WorkerPool::WorkerPool(int threads, std::size_t queue_length) : queue_length_{queue_length} {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
    stop(std::chrono::milliseconds{0});
    join();
}

bool WorkerPool::submit(std::function<void()> task) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_ || queue_.size() >= queue_length_) return false;
        queue_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

void WorkerPool::submit_always(std::function<void()> task) {
    {
        const std::lock_guard lock{mutex_};
        queue_.push_front(std::move(task)); // admitted before anything that waits now
    }
    wake_.notify_one();
}

void WorkerPool::expect() {
    const std::lock_guard lock{mutex_};
    ++expected_;
}

void WorkerPool::arrived() {
    const std::lock_guard lock{mutex_}; // notified with it held: who waits may end this pool next
    if (--expected_ == 0) quiet_.notify_all();
}

std::size_t WorkerPool::waiting() const {
    const std::lock_guard lock{mutex_};
    return queue_.size();
}

bool WorkerPool::stop(std::chrono::milliseconds most) {
    std::unique_lock lock{mutex_};
    stopping_ = true;
    wake_.notify_all();
    return quiet_.wait_for(lock, most, [this] { return queue_.empty() && running_ == 0 && expected_ == 0; });
}

void WorkerPool::join() {
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    std::unique_lock lock{mutex_};
    quiet_.wait(lock, [this] { return expected_ == 0; });
}

void WorkerPool::work() {
    ::pthread_setname_np(::pthread_self(), "work");
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto task = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
        lock.unlock();
        task();
        task = nullptr; // what it held is released outside the lock
        lock.lock();
        if (--running_ == 0 && stopping_) quiet_.notify_all();
    }
}

} // namespace server::http
