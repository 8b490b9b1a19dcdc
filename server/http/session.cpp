// A connection's life as one coroutine. Longer than most files here because its steps share the connection's state and
// its clock; each step is a short function of its own.
#include "server/http/session.hpp"

#include "server/http/error_status.hpp"
#include "server/http/exchange.hpp"
#include "server/http/framing.hpp"
#include "server/http/parser.hpp"
#include "server/http/wire.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace server::http {
namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kUploadBytes = 256 * 1024;     // a block of an upload between two writes of the spool file
constexpr std::size_t kMaxUnparsedBytes = 20 * 1024; // a chunked coding's line or trailer that never ends
constexpr std::size_t kStreamBytes = 64 * 1024;      // least of a streamed answer in one chunk
constexpr milliseconds kGrace{250};                  // a handler that heard its deadline may still answer for itself
constexpr milliseconds kQuiet{300};                  // after stop(), an idle connection may bring what is on the wire
constexpr milliseconds kLinger{2000};
constexpr milliseconds kBlockDeadline{30'000}; // for one block of a streamed answer
} // namespace

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(std::shared_ptr<Shared> shared, IoThread& io, asio::ip::tcp::socket socket)
        : shared_{std::move(shared)}, io_{io}, socket_{std::move(socket)} {
        place_ = io_.sessions.insert(io_.sessions.end(), this);
        error_code ignored;
        const auto peer = socket_.remote_endpoint(ignored);
        if (!ignored) client_ = peer.address().to_string();
    }
    ~Session() {
        io_.sessions.erase(place_);
        --shared_->connections;
    }

    asio::awaitable<void> run();
    void judge(Clock::time_point now);
    void cut();

private:
    enum class Phase { idle, head, body, working, writing, lingering };
    struct Turn { // how the request at hand wants its answer
        bool head_only = false;
        bool http_1_0 = false;
        bool keep_alive = true;
    };

    asio::awaitable<bool> serve_one();
    asio::awaitable<bool> read_head();
    asio::awaitable<bool> read_more();
    asio::awaitable<int> read_body(Exchange& exchange, Parser& parser, const Plan& plan, int& spool);
    asio::awaitable<bool> spool_block(Exchange& exchange, Parser& parser, int spool);
    asio::awaitable<bool> receive(Exchange& exchange, Parser& parser, const Plan& plan, Turn turn, bool say_continue);
    asio::awaitable<bool> work(std::shared_ptr<Exchange> exchange, const Plan& plan, Turn turn);
    static void handle(const Service& service, Exchange& exchange);
    static void pull(Exchange& exchange);
    asio::awaitable<bool> answer(Exchange& exchange, Turn turn);
    asio::awaitable<bool> refuse(int status, const char* reason);
    asio::awaitable<bool> stream(Exchange& exchange, bool chunked);
    asio::awaitable<bool> write(const char* first, std::size_t first_size, const char* second = nullptr,
                                std::size_t second_size = 0);
    asio::awaitable<void> linger();
    void report(const Request& request, int status, bool complete);
    void enter(Phase phase, milliseconds most) {
        phase_ = phase;
        expires_ = Clock::now() + most;
    }
    bool client_gone();

    std::shared_ptr<Shared> shared_;
    IoThread& io_;
    asio::ip::tcp::socket socket_;
    std::list<Session*>::iterator place_;
    std::string client_;
    std::string input_; // read, not yet taken
    Phase phase_ = Phase::idle;
    Clock::time_point expires_{};
    bool timed_out_ = false;
    std::shared_ptr<Exchange> exchange_; // while a worker has it
    Clock::time_point began_{};
    std::uint64_t sent_ = 0; // body bytes of the current answer
};

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
    const bool quiet = shared_->stopping && phase_ == Phase::idle && now - io_.stop_began > kQuiet;
    if (now <= expires_ && !quiet) return;
    timed_out_ = true;
    error_code ignored;
    if (phase_ == Phase::writing || phase_ == Phase::lingering)
        socket_.close(ignored);
    else
        socket_.cancel(ignored);
}

void Session::cut() {
    if (phase_ != Phase::idle && phase_ != Phase::lingering) shared_->cut = true;
    timed_out_ = true;
    if (exchange_) asio::post(io_.context, [exchange = exchange_] { exchange->abandon(); });
    error_code ignored;
    socket_.close(ignored);
}

// The end of the stream while its request is being worked on: nobody waits for the answer any more. Bytes that are
// there may be the next request of a pipeline and say nothing.
bool Session::client_gone() {
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

asio::awaitable<void> Session::run() {
    auto self = shared_from_this(); // the coroutine's frame keeps its session
    try {
        while (co_await serve_one()) {}
    } catch (const std::exception&) {
        // Out of memory or a socket that died under us: this connection ends, the others go on.
    }
    error_code ignored;
    socket_.close(ignored);
}

asio::awaitable<bool> Session::read_more() {
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

asio::awaitable<bool> Session::serve_one() {
    if (!co_await read_head()) co_return false;
    began_ = Clock::now();
    sent_ = 0;
    Head head; // looks into `input_`: what is needed after the parser took those bytes is copied
    const auto length = *head_length(input_);
    if (const auto verdict = check_head(std::string_view{input_}.substr(0, length), head); verdict.status)
        co_return co_await refuse(verdict.status, verdict.reason);
    const Turn turn{head.method == "HEAD", head.version == 10, head.keep_alive};

    auto exchange = std::make_shared<Exchange>(io_.context);
    auto& request = exchange->request;
    request.method = turn.head_only ? "GET" : std::string{head.method};
    request.target = head.target;
    request.client = client_;
    request.stop = exchange->stop.get_token();
    const auto plan = shared_->service.plan(request.method, request.target);
    request.route = plan.route;
    request.found = plan.found;
    if (head.content_length > plan.max_body_bytes) co_return co_await refuse(413, "the body is too large");

    Parser parser{plan.max_body_bytes};
    const auto taken = parser.put(std::string_view{input_}.substr(0, length));
    if (parser.status() || !parser.agrees(head)) co_return co_await refuse(400, "malformed request");
    request.headers = parser.take_headers();
    const bool has_body = head.has_body();
    const bool say_continue = head.expects_continue;
    input_.erase(0, taken);

    if (has_body) {
        const bool received = co_await receive(*exchange, parser, plan, turn, say_continue);
        if (!received) co_return false;
    }
    co_return co_await work(exchange, plan, turn);
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

// On a worker: the handler, and the first block of a streamed answer, so that an early failure is still told properly.
void Session::handle(const Service& service, Exchange& exchange) {
    if (exchange.stop.stop_requested()) {
        exchange.response = problem(geo::Error{geo::ErrorCode::deadline, "The request waited too long."}, "");
        return;
    }
    exchange.response = service.handle(exchange.request);
    if (!std::holds_alternative<std::unique_ptr<BodySource>>(exchange.response.body)) return;
    exchange.more = true;
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

asio::awaitable<bool> Session::answer(Exchange& exchange, Turn turn) {
    auto& response = exchange.response;
    auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
    const auto* text = std::get_if<std::string>(&response.body);
    const auto* shared_bytes = std::get_if<SharedBytes>(&response.body);
    std::string_view body;
    if (text) body = *text;
    if (shared_bytes && *shared_bytes) body = **shared_bytes;
    if (source && !exchange.more) body = exchange.block; // it was short: send it whole
    const bool streamed = source && exchange.more;
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
        if (good && with_body) good = co_await stream(exchange, !turn.http_1_0);
    } else {
        good = co_await write(head_bytes.data(), head_bytes.size(), body.data(), body.size());
        if (good) sent_ = body.size();
    }
    report(exchange.request, response.status, good);
    if (source && !exchange.abandoned) { // it may hold handles that belong to workers
        auto left = std::make_shared<std::unique_ptr<BodySource>>(std::move(*source));
        shared_->pool.submit_always([left] { left->reset(); });
    }
    if (good && !turn.keep_alive) co_await linger();
    co_return good&& turn.keep_alive;
}

// The blocks of a streamed answer, each pulled when the last one is on its way.
asio::awaitable<bool> Session::stream(Exchange& exchange, bool chunked) {
    while (true) {
        if (!exchange.block.empty()) {
            const auto size = exchange.block.size();
            if (chunked) {
                exchange.block += "\r\n";
                const auto line = chunk_line(size);
                if (!co_await write(line.data(), line.size(), exchange.block.data(), exchange.block.size())) break;
            } else if (!co_await write(exchange.block.data(), size)) {
                break;
            }
            sent_ += size;
            exchange.block.clear();
        }
        if (!exchange.more) {
            static constexpr std::string_view kEnd = "0\r\n\r\n";
            if (chunked) co_return co_await write(kEnd.data(), kEnd.size());
            co_return true;
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
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    enter(Phase::lingering, kLinger);
    std::array<char, 4096> scrap;
    for (std::size_t total = 0; !error && total < (8u << 20);)
        total +=
            co_await socket_.async_read_some(asio::buffer(scrap), asio::redirect_error(asio::use_awaitable, error));
}

void Session::report(const Request& request, int status, bool complete) {
    if (!shared_->service.done) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
    shared_->service.done(request, Done{status, sent_, took, complete});
}

} // namespace server::http
