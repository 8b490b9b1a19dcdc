// What goes out: answers whole or in blocks, refusals, the end of a connection.
#include "server/http/connection.hpp"

#include "server/http/error_status.hpp"
#include "server/http/wire.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <tuple>

namespace server::http {
namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {
constexpr int kEventBuffer = 32 * 1024;
constexpr milliseconds kLinger{2000};
constexpr milliseconds kBlockDeadline{30'000}; // for one block of a streamed answer
} // namespace

asio::awaitable<bool> Session::answer(Exchange& exchange, Turn turn) {
    auto& response = exchange.response;
    auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
    const auto* text = std::get_if<std::string>(&response.body);
    const auto* shared_bytes = std::get_if<SharedBytes>(&response.body);
    std::string_view body;
    if (text) body = *text;
    if (shared_bytes && *shared_bytes) body = **shared_bytes;
    if (source && !exchange.more) body = exchange.block; // it was short: send it whole
    auto* events = std::get_if<std::unique_ptr<EventSource>>(&response.body);
    const bool streamed = (source && exchange.more) || events;
    // While stopping, requests that are already here are still served.
    if ((shared_->stopping && input_.empty()) || (streamed && turn.http_1_0)) turn.keep_alive = false;

    Wire wire{turn.http_1_0, turn.keep_alive, std::nullopt};
    if (!streamed) wire.content_length = body.size();
    const auto head_bytes = response_head(response, wire, std::time(nullptr));
    const bool with_body = !turn.head_only && may_have_body(response.status);
    if (!with_body) body = {};

    bool good = true;
    if (streamed) {
        good = co_await write(head_bytes.data(), head_bytes.size());
        if (good && with_body && source) good = co_await stream(exchange, !turn.http_1_0);
        if (good && with_body && events) good = co_await tell(exchange, !turn.http_1_0);
    } else {
        good = co_await write(head_bytes.data(), head_bytes.size(), body.data(), body.size());
        if (good) sent_ = body.size();
    }
    report(exchange.request, response.status, good);
    if (response.holds && good && turn.keep_alive && !turn.http_1_0 && !turn.head_only) remember(exchange, head_bytes);
    if (source && !exchange.abandoned) { // it may hold handles that belong to workers
        auto left = std::make_shared<std::unique_ptr<BodySource>>(std::move(*source));
        shared_->pool.submit_always([left] { left->reset(); });
    }
    if (events && !exchange.abandoned) events->reset();
    if (good && !turn.keep_alive) co_await linger();
    co_return good&& turn.keep_alive;
}

// What may be said again to the same bytes: nothing of it depends on the connection.
void Session::remember(const Exchange& exchange, const std::string& head) {
    const auto& response = exchange.response;
    const auto* bytes = std::get_if<SharedBytes>(&response.body);
    const auto* text = std::get_if<std::string>(&response.body);
    if (exchange.head.empty() || (!bytes && !(text && text->empty()))) return;
    Memo::Kept kept{.head = head, .body = bytes ? *bytes : nullptr, .status = response.status, .holds = response.holds};
    if (Memo::date_at(kept.head) == std::string::npos) return;
    if (!may_have_body(response.status)) kept.body.reset();
    kept.request.method = exchange.request.method;
    kept.request.target = exchange.request.target;
    kept.request.route = exchange.request.route;
    kept.request.caller = exchange.request.caller;
    io_.memo.keep(exchange.head, std::move(kept));
}

// Straight to the socket; what doesn't fit goes the usual way, holding on to bytes that the memo may drop meanwhile.
asio::awaitable<bool> Session::repeat(const Memo::Kept& kept) {
    sent_ = kept.body ? kept.body->size() : 0;
    const std::array<iovec, 2> parts{{{const_cast<char*>(kept.head.data()), kept.head.size()},
                                      {kept.body ? const_cast<char*>(kept.body->data()) : nullptr, sent_}}};
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = sent_ > 0 ? 2 : 1;
    const auto sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(kept.head.size() + sent_)) {
        report(kept.request, kept.status, true);
        co_return true;
    }
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) co_return false;
    const auto request = kept.request;
    const auto body = kept.body;
    const int status = kept.status;
    const auto done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    const auto head = kept.head.substr(std::min(done, kept.head.size()));
    const auto body_done = done - std::min(done, kept.head.size());
    const bool good = co_await write(head.data(), head.size(), body ? body->data() + body_done : nullptr,
                                     body ? body->size() - body_done : 0);
    report(request, status, good);
    co_return good;
}

// One block on its way out, as a chunk where the client knows chunks.
asio::awaitable<bool> Session::write_block(Exchange& exchange, bool chunked) {
    const auto size = exchange.block.size();
    if (size == 0) co_return true;
    std::string line;
    if (chunked) {
        line = chunk_line(size);
        exchange.block += "\r\n";
    }
    const bool good = co_await write(line.data(), line.size(), exchange.block.data(), exchange.block.size());
    if (good) sent_ += size;
    exchange.block.clear();
    co_return good;
}

// Says that the last block is out, where the client knows chunks.
asio::awaitable<bool> Session::end_blocks(bool chunked) {
    static constexpr std::string_view kEnd = "0\r\n\r\n";
    if (!chunked) co_return true;
    co_return co_await write(kEnd.data(), kEnd.size());
}

// The blocks of a streamed answer, each pulled when the last one is on its way.
asio::awaitable<bool> Session::stream(Exchange& exchange, bool chunked) {
    while (true) {
        if (!co_await write_block(exchange, chunked)) break;
        if (!exchange.more) {
            co_return co_await end_blocks(chunked);
        }
        enter(Phase::working, kBlockDeadline);
        exchange_ = exchange.shared_from_this();
        Exchange::Task next = pull;
        const bool back = co_await exchange.on_worker(shared_->pool, true, std::move(next));
        exchange_.reset();
        if (!back || exchange.failed) co_return false;
    }
    exchange.stop.request_stop();
    co_return false;
}

// Events until the source ends, the client leaves or the server stops.
asio::awaitable<bool> Session::tell(Exchange& exchange, bool chunked) {
    input_.shrink_to_fit(); // thousands of these may wait
    error_code ignored; // what the kernel holds for a slow client is bounded too, and it is told soon that it is slow
    std::ignore = socket_.set_option(asio::socket_base::send_buffer_size{kEventBuffer}, ignored);
    while (true) {
        const auto heard = io_.wakings;
        enter(Phase::working, kBlockDeadline);
        exchange_ = exchange.shared_from_this();
        Exchange::Task next = [](Exchange& e) {
            e.more = std::get<std::unique_ptr<EventSource>>(e.response.body)->next(e.block);
        };
        const bool back = co_await exchange.on_worker(shared_->pool, true, std::move(next));
        exchange_.reset();
        if (!back) break;
        const bool nothing = exchange.block.empty();
        if (!co_await write_block(exchange, chunked)) break;
        if (!exchange.more || shared_->stopping) {
            co_return co_await end_blocks(chunked);
        }
        if (nothing) co_await news(exchange, heard);
        if (timed_out_) break;
    }
    exchange.stop.request_stop();
    co_return false;
}

// Waits until something woke the streams since `heard` was read, or for the pulse.
asio::awaitable<void> Session::news(Exchange& exchange, std::uint64_t heard) {
    if (io_.wakings != heard) co_return;
    enter(Phase::listening, shared_->limits.stream_pulse);
    exchange_ = exchange.shared_from_this();
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [&exchange](auto handler) {
            auto held = std::make_shared<decltype(handler)>(std::move(handler));
            exchange.resume = [held] { (*held)(); };
        },
        asio::use_awaitable);
    exchange_.reset();
}

// An answer to bytes that are no request for the app; the connection ends, as nobody knows where the next one starts.
asio::awaitable<bool> Session::refuse(int status, const char* reason) {
    auto exchange = std::make_shared<Exchange>(io_.context);
    exchange->request.client = client_;
    exchange->response = problem(status, reason_phrase(status), reason);
    co_return co_await answer(*exchange, Turn{.keep_alive = false});
}

asio::awaitable<bool> Session::write(const char* first, std::size_t first_size, const char* second,
                                     std::size_t second_size) {
    // In pieces, so that the clock measures progress and not the size of the answer.
    static constexpr std::size_t kPiece = 512 * 1024;
    while (first_size + second_size > 0) {
        enter(Phase::writing, shared_->limits.write_timeout);
        const auto piece = std::min(second_size, kPiece);
        const std::array buffers{asio::const_buffer{first, first_size}, asio::const_buffer{second, piece}};
        error_code error;
        co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
        first_size = 0;
        second += piece;
        second_size -= piece;
    }
    co_return true;
}

// Closing with unread bytes would send a reset, which may overtake the answer: read them away first, for a while.
asio::awaitable<void> Session::linger() {
    error_code error;
    std::ignore = socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    enter(Phase::lingering, kLinger);
    std::array<char, 4096> scrap;
    for (std::size_t total = 0; !error && total < (8u << 20);)
        total +=
            co_await socket_.async_read_some(asio::buffer(scrap), asio::redirect_error(asio::use_awaitable, error));
}

void Session::report(const Request& request, int status, bool complete) {
    if (!shared_->service.done) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
    shared_->service.done(request, Done{status, sent_, took, complete, client_});
}

} // namespace server::http
