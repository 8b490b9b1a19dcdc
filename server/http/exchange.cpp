#include "server/http/exchange.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>

namespace server::http {
namespace asio = boost::asio;

Exchange::~Exchange() {
    if (!request.body_file.empty()) std::remove(request.body_file.c_str());
}

asio::awaitable<bool> Exchange::on_worker(WorkerPool& pool, bool admitted, Task task) {
    auto job = [self = shared_from_this(), task = std::move(task), &pool]() mutable {
        task(*self);
        if (auto later = std::exchange(self->response.later, nullptr)) {
            pool.expect();
            return later([self = std::move(self), &pool](Answer answer) { self->arrive(pool, std::move(answer)); });
        }
        auto& home = self->io;
        // The worker lets go here, so that the connection decides when the exchange and its spool file end.
        asio::post(home, [back = std::move(self)] {
            if (auto go = std::exchange(back->resume, nullptr)) go();
        });
    };
    if (admitted)
        pool.submit_always(std::move(job));
    else if (!pool.submit(std::move(job)))
        co_return false;
    // The post above runs on this thread, so it can't come between here and the assignment of `resume`.
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto handler) {
            auto held = std::make_shared<decltype(handler)>(std::move(handler));
            resume = [held] { (*held)(); };
        },
        asio::use_awaitable);
    co_return !abandoned;
}

// From any thread: the connection's own makes the answer.
void Exchange::arrive(WorkerPool& pool, Answer answer) {
    asio::post(io, [self = shared_from_this(), answer = std::move(answer)] {
        if (self->abandoned) return;
        self->response = answer();
        if (auto go = std::exchange(self->resume, nullptr)) go();
    });
    pool.arrived();
}

void Exchange::abandon() {
    stop.request_stop();
    abandoned = true;
    if (auto go = std::exchange(resume, nullptr)) go();
}

} // namespace server::http
