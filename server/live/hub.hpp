// Live events: every open stream is told of each change its caller may see, once and in order. A stream is a place in
// the journal and nothing more, so ten thousand of them cost no queue; callers with the same policy share the work.
// Knows no socket: http pulls each stream and is told by on_move() when there may be something.
#pragma once

#include "layers/feed/journal.hpp"
#include "layers/feed/notice.hpp"
#include "server/live/board.hpp"
#include "server/live/cursor.hpp"
#include "server/request.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace server::live {

// What is told of a run of steps: `data` of one `change` event, empty when none of it is the caller's.
struct Told {
    layers::store::Seq to = 0;
    std::string data;
};

// What a step changes in layers that are made from others, as far as the caller may know it.
using Implied =
    std::function<std::vector<layers::feed::Notice>(const layers::access::Caller&, const layers::index::Step&)>;

// Callers that are told the same. Thread-safe.
class Audience {
public:
    Audience(const layers::feed::Journal& journal, const layers::index::ReadModel& model, const Implied& implied,
             layers::access::Caller caller)
        : journal_{journal}, model_{model}, implied_{implied}, caller_{caller}, judge_{model, std::move(caller)} {}
    // Of the steps beyond `after` that the journal remembers; nothing at its head.
    std::shared_ptr<const Told> after(layers::store::Seq after);

private:
    static constexpr std::size_t kKept = 64;
    const layers::feed::Journal& journal_;
    const layers::index::ReadModel& model_;
    const Implied& implied_;
    const layers::access::Caller caller_;
    std::mutex mutex_;
    layers::feed::Judge judge_;
    std::map<layers::store::Seq, std::shared_ptr<const Told>> kept_; // by where they begin: the latest
};

struct HubOptions {
    std::size_t most_streams = 10'000;
    std::chrono::seconds mark_every{15}; // a place to resume from, and proof that the line is alive
    Implied implied = nullptr;           // nothing: there are no such layers
};

// Thread-safe; outlives its streams.
class Hub {
public:
    Hub(const layers::store::Store& store, const layers::feed::Journal& journal, const layers::index::ReadModel& model,
        const Cursors& cursors, HubOptions options);
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    struct Opening {
        layers::access::Caller caller;
        std::optional<Place> after;          // nothing: from now
        bool reset = false;                  // the caller's cursor was no good: say so, they must read anew
        std::function<void()> still_allowed; // throws geo::Error when the caller's right has ended
    };
    // Error{busy} when there are most_streams already.
    std::unique_ptr<EventSource> open(Opening opening);
    std::size_t streams() const { return streams_; }
    // Of a step of the past: its own notice, and what follows from it. Empty when none of it is the caller's.
    std::vector<layers::feed::Notice> past(layers::feed::Judge& judge, const layers::access::Caller& caller,
                                           const layers::index::Step& step,
                                           const layers::feed::Judge::Before& before) const;

    // Called soon after changes and by wake(), on a thread of the hub, at most fifty times a second.
    void on_move(std::function<void()> listener);
    void wake(); // someone's right may have ended: every stream looks

    Board& board() { return board_; } // for what concerns one account and is no change: how far its jobs are

private:
    friend class Stream;
    std::shared_ptr<Audience> audience(const layers::access::Caller& caller);
    void follow(const std::stop_token& stop);

    const layers::store::Store& store_;
    const layers::feed::Journal& journal_;
    const layers::index::ReadModel& model_;
    const Cursors& cursors_;
    const HubOptions options_;
    std::atomic<std::size_t> streams_{0};
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<Audience>> audiences_; // by policy group
    std::mutex listener_mutex_;
    std::function<void()> listener_;
    Board board_{[this] { wake(); }};
    std::jthread follower_; // last: runs once everything else is there
};

// `data` of a change event, JSON: {"changes":[…],"bulk":[…]}; of a collection with many only their count and box, in
// `bulk`. Empty for no notices.
std::string change_data(const std::vector<layers::feed::Notice>& notices);
// One notice: {"collection":…,"id":…,"happened":"created","time":…,"boxes":[[w,s,e,n],…]}.
void append_notice(std::string& out, const layers::feed::Notice& notice);

} // namespace server::live
