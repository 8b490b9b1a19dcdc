// What comes in: heads through the gate, bodies into memory or a spool file.
#include "server/http/connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace server::http {
namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kUploadBytes = 256 * 1024;     // a block of an upload between two writes of the spool file
constexpr std::size_t kMaxUnparsedBytes = 20 * 1024; // a chunked coding's line or trailer that never ends
} // namespace

asio::awaitable<bool> Session::read_more() {
    if (phase_ == Phase::idle || phase_ == Phase::head) { // mostly one small head: no room is made for more
        error_code error;
        const auto got =
            co_await socket_.async_read_some(asio::buffer(scrap_), asio::redirect_error(asio::use_awaitable, error));
        input_.append(scrap_.data(), got);
        co_return !error;
    }
    const auto before = input_.size();
    input_.resize(before + kReadBytes);
    error_code error;
    const auto got = co_await socket_.async_read_some(asio::buffer(input_.data() + before, kReadBytes),
                                                      asio::redirect_error(asio::use_awaitable, error));
    input_.resize(before + got);
    co_return !error;
}

// True: `input_` starts with a whole head. False: the connection is over (answered where there was something to
// answer).
asio::awaitable<bool> Session::read_head() {
    timed_out_ = false;
    if (input_.empty())
        enter(Phase::idle, shared_->limits.idle_timeout);
    else
        enter(Phase::head, shared_->limits.header_timeout);
    while (true) {
        while (input_.starts_with("\r\n")) input_.erase(0, 2); // RFC 9112 2.2: an empty line before a request
        if (head_length(input_)) co_return true;
        if (const auto verdict = check_unfinished(input_); verdict.status) {
            co_await refuse(verdict.status, verdict.reason);
            co_return false;
        }
        if (!co_await read_more()) break;
        if (phase_ == Phase::idle) enter(Phase::head, shared_->limits.header_timeout);
    }
    const bool late = timed_out_ && phase_ == Phase::head && !input_.empty();
    if (late) co_await refuse(408, "the request took too long");
    co_return false;
}

// The body, into memory or a spool file. False: answered with a refusal, or the client is gone.
asio::awaitable<bool> Session::receive(Exchange& exchange, Parser& parser, const Plan& plan, Turn turn,
                                       bool say_continue) {
    if (plan.spool) {
        enter(Phase::working, plan.deadline);
        exchange_ = exchange.shared_from_this();
        Exchange::Task ask = [&service = shared_->service](Exchange& e) {
            auto no = service.admit(e.request);
            e.refused = no.has_value();
            if (e.refused) e.response = std::move(*no);
        };
        const bool back = co_await exchange.on_worker(shared_->pool, false, std::move(ask));
        exchange_.reset();
        if (!back) co_return co_await refuse(503, "busy");
        turn.keep_alive = false;
        if (exchange.refused) co_return co_await answer(exchange, turn);
    }
    if (say_continue && input_.empty()) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        if (!co_await write(kContinue.data(), kContinue.size())) co_return false;
    }
    int spool = -1;
    const int status = co_await read_body(exchange, parser, plan, spool);
    if (spool >= 0) ::close(spool);
    switch (status) {
    case 0:
        co_return true;
    case 400:
        co_return co_await refuse(400, "malformed body");
    case 408:
        co_return co_await refuse(408, "the request took too long");
    case 413:
        co_return co_await refuse(413, "the body is too large");
    case 507:
        co_return co_await refuse(507, "no room for the upload");
    default:
        co_return false; // the client is gone
    }
}

// 0: complete. Negative: the client is gone. Else the status to refuse with.
asio::awaitable<int> Session::read_body(Exchange& exchange, Parser& parser, const Plan& plan, int& spool) {
    if (plan.spool) {
        auto path = shared_->limits.spool_dir + "/upload-XXXXXX";
        spool = ::mkostemp(path.data(), O_CLOEXEC); // mode 0600
        if (spool < 0) co_return 507;
        exchange.request.body_file = path;
    }
    const auto body_began = Clock::now();
    while (true) {
        if (!input_.empty()) {
            input_.erase(0, parser.put(input_));
            if (parser.status()) co_return parser.status();
        }
        if (spool >= 0 && (parser.done() || parser.body_size() >= kUploadBytes)) {
            const bool written = co_await spool_block(exchange, parser, spool);
            if (!written) co_return 507;
        }
        if (parser.done()) break;
        if (input_.size() > kMaxUnparsedBytes) co_return 400;
        // A small body has a limit on the whole as well: drop by drop is an attack, a slow uplink's 2 GB is not.
        if (!plan.spool && Clock::now() - body_began > 3 * shared_->limits.body_timeout) co_return 408;
        enter(Phase::body, shared_->limits.body_timeout);
        if (!co_await read_more()) co_return timed_out_ ? 408 : -1;
    }
    if (!plan.spool) exchange.request.body = parser.take_body();
    co_return 0;
}

// Writes what has arrived of an upload, on a worker: a slow disk must not hold up other connections.
asio::awaitable<bool> Session::spool_block(Exchange& exchange, Parser& parser, int spool) {
    auto good = std::make_shared<bool>(true);
    phase_ = Phase::working; // judged by no clock: the worker answers
    Exchange::Task save = [good, spool, block = parser.take_body()](Exchange&) {
        for (std::size_t done = 0; done < block.size();) {
            const auto wrote = ::write(spool, block.data() + done, block.size() - done);
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote <= 0) {
                *good = false;
                return;
            }
            done += static_cast<std::size_t>(wrote);
        }
    };
    co_await exchange.on_worker(shared_->pool, true, std::move(save));
    co_return *good;
}

} // namespace server::http
