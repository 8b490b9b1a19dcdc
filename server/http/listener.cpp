#include "server/http/listener.hpp"

#include "server/http/cores.hpp"
#include "server/http/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <sys/socket.h>
#include <thread>
#include <tuple>

namespace server::http {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::chrono::milliseconds kSweep{50};

// Above max_connections: a word and out, whatever the client sent; never waits.
void turn_away(tcp::socket socket) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    if (::send(socket.native_handle(), kFull.data(), kFull.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return;
}
} // namespace

struct Listener::Impl {
    std::shared_ptr<Shared> shared;
    std::array<IoThread, 2> io;
    // Two on one core would only wait for each other's time slices.
    const std::size_t io_count = cores_allowed() > 1 ? 2 : 1;
    tcp::acceptor acceptor{io[0].context};
    std::array<std::thread, 2> threads;
    std::size_t next_io = 0;
    std::uint16_t port = 0;
    bool stopped = false;

    void bind(const std::string& address, std::uint16_t wanted);
    void adopt(tcp::socket socket, IoThread& owner);
    asio::awaitable<void> accept();
    asio::awaitable<void> keep_clock(IoThread& of);
    void close_door();
};

void Listener::Impl::bind(const std::string& address, std::uint16_t wanted) {
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        throw geo::Error{geo::ErrorCode::invalid_input, "The address to listen on is not an IP address.", "listen"};
    const tcp::endpoint endpoint{ip, wanted};
    std::ignore = acceptor.open(endpoint.protocol(), error);
    if (!error) std::ignore = acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) std::ignore = acceptor.bind(endpoint, error);
    if (!error) std::ignore = acceptor.listen(1024, error);
    if (error)
        throw geo::Error{geo::ErrorCode::invalid_input, "Can't listen there: " + error.message() + ".", "listen"};
    port = acceptor.local_endpoint().port();
}

void Listener::Impl::adopt(tcp::socket socket, IoThread& owner) {
    if (++shared->connections > shared->limits.max_connections) {
        --shared->connections;
        turn_away(std::move(socket));
        return;
    }
    error_code ignored;
    std::ignore = socket.set_option(tcp::no_delay(true), ignored);
    asio::post(owner.context, [this, &owner, held = std::make_shared<tcp::socket>(std::move(socket))] {
        start_session(shared, owner, std::move(*held));
    });
}

asio::awaitable<void> Listener::Impl::accept() {
    asio::steady_timer pause{io[0].context};
    while (acceptor.is_open()) {
        auto& owner = io[next_io++ % io_count];
        error_code error;
        auto socket = co_await acceptor.async_accept(owner.context, asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            adopt(std::move(socket), owner);
        } else if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) {
            break;
        } else { // out of descriptors, mostly: others will be free soon
            pause.expires_after(std::chrono::milliseconds{100});
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
    }
}

asio::awaitable<void> Listener::Impl::keep_clock(IoThread& of) {
    while (true) {
        of.timer.expires_after(kSweep);
        error_code error;
        co_await of.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
        sweep(*shared, of);
        if (shared->stopping && of.sessions.empty() && shared->connections == 0) {
            of.work.reset();
            co_return;
        }
    }
}

// Connections that the kernel has accepted for us count as accepted: take them in before the door closes.
void Listener::Impl::close_door() {
    error_code error;
    std::ignore = acceptor.cancel(error);
    std::ignore = acceptor.non_blocking(true, error);
    while (!error) {
        auto& owner = io[next_io++ % io_count];
        tcp::socket socket{owner.context};
        std::ignore = acceptor.accept(socket, error);
        if (!error) adopt(std::move(socket), owner);
    }
    std::ignore = acceptor.close(error);
    shared->stopping = true;
}

Listener::Listener(const std::string& address, std::uint16_t port, Limits limits, Service service)
    : impl_{std::make_unique<Impl>()} {
    std::signal(SIGPIPE, SIG_IGN); // a client that hangs up is an error code, not the end of the process
    impl_->shared = std::make_shared<Shared>(std::move(limits), std::move(service));
    impl_->bind(address, port);
    asio::co_spawn(impl_->io[0].context, impl_->accept(), asio::detached);
    for (std::size_t i = 0; i < impl_->io_count; ++i) {
        auto& io = impl_->io[i];
        asio::co_spawn(io.context, impl_->keep_clock(io), asio::detached);
        impl_->threads[i] = std::thread{[&io] {
            ::pthread_setname_np(::pthread_self(), "io");
            io.context.run();
        }};
    }
}

// A task that outlived its request still posts to its I/O context: join the workers before that goes.
Listener::~Listener() {
    stop();
    impl_->shared->pool.join();
    impl_->shared->urgent.join();
}

std::uint16_t Listener::port() const {
    return impl_->port;
}

std::size_t Listener::connections() const {
    return impl_->shared->connections;
}

std::size_t Listener::waiting() const {
    return impl_->shared->pool.waiting();
}

void Listener::wake_streams() {
    for (std::size_t i = 0; i < impl_->io_count; ++i)
        asio::post(impl_->io[i].context, [io = &impl_->io[i]] { http::wake_streams(*io); });
}

bool Listener::stop() {
    if (!std::exchange(impl_->stopped, true)) {
        asio::post(impl_->io[0].context, [impl = impl_.get()] { impl->close_door(); });
        for (std::size_t i = 0; i < impl_->io_count; ++i) impl_->threads[i].join();
        static constexpr std::chrono::milliseconds kLastTasks{1000};
        const bool pool_done = impl_->shared->pool.stop(kLastTasks);
        const bool urgent_done = impl_->shared->urgent.stop(kLastTasks);
        if (!pool_done || !urgent_done) impl_->shared->cut = true;
    }
    return !impl_->shared->cut;
}

} // namespace server::http
