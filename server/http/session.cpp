// A connection's life: its coroutine, its clock, handing requests to workers.
#include "server/http/session.hpp"

#include "server/http/connection.hpp"
#include "server/http/error_status.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <tuple>

namespace server::http {
namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds kGrace{250};             // a handler that heard its deadline may still answer for itself
constexpr std::size_t kStreamBytes = 64 * 1024; // least of a streamed answer in one chunk
constexpr milliseconds kLook{1000};             // between two looks whether a stream's client is still there
constexpr milliseconds kQuiet{300};             // after stop(), an idle connection may bring what is on the wire
} // namespace

void start_session(std::shared_ptr<Shared> shared, IoThread& io, asio::ip::tcp::socket socket) {
    auto session = std::make_shared<Session>(std::move(shared), io, std::move(socket));
    asio::co_spawn(
        io.context, [session]() { return session->run(); }, asio::detached);
}

void sweep(Shared& shared, IoThread& io) {
    const auto now = Clock::now();
    if (shared.stopping && io.stop_began == Clock::time_point{}) io.stop_began = now;
    const bool over = shared.stopping && now - io.stop_began > shared.limits.stop_timeout;
    // A judged session may end at once and leave the list.
    for (auto at = io.sessions.begin(); at != io.sessions.end();) {
        Session* session = *at++;
        if (over)
            session->cut();
        else
            session->judge(now);
    }
}

// Only cancels and closes: the coroutine wakes up later, from the event loop, so the list stays whole while it is
// walked.
void Session::judge(Clock::time_point now) {
    if (phase_ == Phase::working) {
        if (!exchange_) return;
        if (now > expires_ + kGrace)
            asio::post(io_.context, [exchange = exchange_] { exchange->abandon(); });
        else if (now > expires_ || client_gone())
            exchange_->stop.request_stop();
        return;
    }
    if (phase_ == Phase::listening) {
        if (now - looked_ > kLook) {
            looked_ = now;
            if (hung_up()) timed_out_ = true;
        }
        if (now > expires_ || timed_out_ || shared_->stopping) wake();
        return;
    }
    const bool quiet = shared_->stopping && phase_ == Phase::idle && now - io_.stop_began > kQuiet;
    if (now <= expires_ && !quiet) return;
    timed_out_ = true;
    error_code ignored;
    if (phase_ == Phase::writing || phase_ == Phase::lingering)
        std::ignore = socket_.close(ignored);
    else
        std::ignore = socket_.cancel(ignored);
}

void Session::wake() {
    if (phase_ != Phase::listening || !exchange_) return;
    asio::post(io_.context, [exchange = exchange_] {
        if (auto go = std::exchange(exchange->resume, nullptr)) go();
    });
}

void wake_streams(IoThread& io) {
    ++io.wakings;
    for (Session* session : io.sessions) session->wake();
}

void Session::cut() {
    if (phase_ != Phase::idle && phase_ != Phase::lingering && phase_ != Phase::listening) shared_->cut = true;
    timed_out_ = true;
    if (exchange_) asio::post(io_.context, [exchange = exchange_] { exchange->abandon(); });
    error_code ignored;
    std::ignore = socket_.close(ignored);
}

// The end of the stream while its request is being worked on: nobody waits for the answer any more. Bytes that are
// there may be the next request of a pipeline and say nothing.
bool Session::client_gone() {
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

// The same of an event stream, which never ends by itself: whatever else was sent behind it has no turn to wait for.
bool Session::hung_up() {
    pollfd look{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&look, 1, 0) > 0;
}

asio::awaitable<void> Session::run() {
    auto self = shared_from_this(); // the coroutine's frame keeps its session
    try {
        while (co_await serve_one()) {}
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // Out of memory or a socket that died under us: this connection ends, the others go on.
    }
    error_code ignored;
    std::ignore = socket_.close(ignored);
}

asio::awaitable<bool> Session::serve_one() {
    if (!co_await read_head()) co_return false;
    began_ = Clock::now();
    sent_ = 0;
    const auto length = *head_length(input_);
    if (!shared_->stopping) {
        const auto* kept = io_.memo.find(std::string_view{input_}.substr(0, length));
        if (kept) {
            const bool good = co_await repeat(*kept);
            input_.erase(0, length);
            co_return good;
        }
    }
    Head head; // looks into `input_`: what is needed after the parser took those bytes is copied
    if (const auto verdict = check_head(std::string_view{input_}.substr(0, length), head); verdict.status)
        co_return co_await refuse(verdict.status, verdict.reason);
    const Turn turn{head.method == "HEAD", head.version == 10, head.keep_alive};

    auto exchange = std::make_shared<Exchange>(io_.context);
    auto& request = exchange->request;
    request.method = turn.head_only ? "GET" : std::string{head.method};
    request.target = head.target;
    request.client = client_;
    request.stop = exchange->stop.get_token();
    request.may_come_later = true;
    const auto plan = shared_->service.plan(request.method, request.target);
    request.route = plan.route;
    request.found = plan.found;
    if (head.content_length > plan.max_body_bytes) co_return co_await refuse(413, "the body is too large");

    Parser parser{plan.max_body_bytes};
    const auto taken = parser.put(std::string_view{input_}.substr(0, length));
    if (parser.status() || !parser.agrees(head)) co_return co_await refuse(400, "malformed request");
    request.headers = parser.take_headers();
    if (!head.has_body()) exchange->head.assign(input_, 0, length);
    const bool has_body = head.has_body();
    const bool say_continue = head.expects_continue;
    input_.erase(0, taken);

    if (has_body) {
        const bool received = co_await receive(*exchange, parser, plan, turn, say_continue);
        if (!received) co_return false;
    }
    co_return co_await work(exchange, plan, turn);
}

// On a worker: the handler, and the first block of a streamed answer, so that an early failure is still told properly.
void Session::handle(const Service& service, Exchange& exchange) {
    if (exchange.stop.stop_requested()) {
        exchange.response = problem(geo::Error{geo::ErrorCode::deadline, "The request waited too long."}, "");
        return;
    }
    exchange.response = service.handle(exchange.request);
    exchange.more = exchange.response.body.index() >= 2; // a source of blocks or of events
    if (!std::holds_alternative<std::unique_ptr<BodySource>>(exchange.response.body)) return;
    pull(exchange);
    if (exchange.failed) exchange.response = problem(exchange.failure, "");
}

// On a worker: the next block of a streamed answer.
void Session::pull(Exchange& exchange) {
    auto& source = std::get<std::unique_ptr<BodySource>>(exchange.response.body);
    try {
        while (exchange.more && exchange.block.size() < kStreamBytes) exchange.more = source->next(exchange.block);
    } catch (...) {
        exchange.failure = std::current_exception();
        exchange.failed = true;
    }
}

// A copy of the pointer: a coroutine must own what it works on.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
asio::awaitable<bool> Session::work(std::shared_ptr<Exchange> exchange, const Plan& plan, Turn turn) {
    enter(Phase::working, plan.deadline);
    exchange_ = exchange;
    auto& pool = plan.urgent ? shared_->urgent : shared_->pool;
    Exchange::Task run = [&service = shared_->service](Exchange& e) { handle(service, e); };
    const bool back = co_await exchange->on_worker(pool, false, std::move(run));
    exchange_.reset();
    if (back) co_return co_await answer(*exchange, turn);
    if (!socket_.is_open()) co_return false;
    // Full, or past its deadline with a handler that doesn't listen: that one may still write to its exchange, so the
    // answer is built apart and what it brings later is dropped.
    auto apart = std::make_shared<Exchange>(io_.context);
    apart->request.client = client_;
    apart->request.route = plan.route;
    apart->response = exchange->abandoned
                          ? problem(geo::Error{geo::ErrorCode::deadline, "The request took too long."}, "")
                          : problem(geo::Error{geo::ErrorCode::busy, "Too many requests at once."}, "");
    co_return co_await answer(*apart, turn);
}

} // namespace server::http
