#include "server/live/hub.hpp"

#include "geo/error.hpp"
#include "server/live/stream.hpp"

#include <algorithm>
#include <condition_variable>

namespace server::live {

using layers::store::Seq;

namespace {
constexpr std::size_t kRun = 1000;                   // steps told in one event, at most
constexpr std::chrono::milliseconds kLeastPause{20}; // between two wakings: a burst of commits is one
// What is no collection has no notice of its own; of any other, what isn't told has no consequence that is.
bool is_internal(const layers::index::ReadModel& model, const layers::index::Step& step) {
    const auto view = model.view(step.change.layer);
    return view && view->layer->internal;
}

} // namespace

std::shared_ptr<const Told> Audience::after(Seq after) {
    const std::lock_guard lock{mutex_};
    if (const auto at = kept_.find(after); at != kept_.end()) return at->second;
    const auto steps = journal_.read(after, kRun);
    if (steps.empty()) return nullptr;
    std::vector<layers::feed::Notice> notices;
    for (const auto& step : steps) {
        auto own = judge_.live(*step);
        const bool tells = own || is_internal(model_, *step);
        if (own) notices.push_back(std::move(*own));
        if (!implied_ || !tells) continue;
        for (auto& notice : implied_(caller_, *step)) notices.push_back(std::move(notice));
    }
    auto told = std::make_shared<const Told>(Told{steps.back()->change.seq, change_data(notices)});
    kept_[after] = told;
    if (kept_.size() > kKept) kept_.erase(kept_.begin());
    return told;
}

Hub::Hub(const layers::store::Store& store, const layers::feed::Journal& journal, const layers::index::ReadModel& model,
         const Cursors& cursors, HubOptions options)
    : store_{store}, journal_{journal}, model_{model}, cursors_{cursors}, options_{options},
      follower_{[this](const std::stop_token& stop) { follow(stop); }} {}

Hub::~Hub() {
    follower_.request_stop();
    follower_.join();
}

std::shared_ptr<Audience> Hub::audience(const layers::access::Caller& caller) {
    const auto group = layers::feed::policy_group(model_.catalogue(), caller);
    const std::lock_guard lock{mutex_};
    std::erase_if(audiences_, [](const auto& entry) { return entry.second.expired(); });
    auto found = audiences_[group].lock();
    if (!found) audiences_[group] = found = std::make_shared<Audience>(journal_, model_, options_.implied, caller);
    return found;
}

std::vector<layers::feed::Notice> Hub::past(layers::feed::Judge& judge, const layers::access::Caller& caller,
                                            const layers::index::Step& step,
                                            const layers::feed::Judge::Before& before) const {
    std::vector<layers::feed::Notice> notices;
    auto own = judge.past(step, before, store_);
    const bool speaks = own || is_internal(model_, step);
    if (own) notices.push_back(std::move(*own));
    if (speaks && options_.implied)
        for (auto& notice : options_.implied(caller, step)) notices.push_back(std::move(notice));
    return notices;
}

std::unique_ptr<EventSource> Hub::open(Opening opening) {
    if (++streams_ > options_.most_streams) {
        --streams_;
        throw geo::Error{geo::ErrorCode::busy, "As many event streams are open as this server bears."};
    }
    try {
        return std::make_unique<Stream>(*this, std::move(opening));
    } catch (...) {
        --streams_;
        throw;
    }
}

void Hub::on_move(std::function<void()> listener) {
    const std::lock_guard lock{listener_mutex_};
    listener_ = std::move(listener);
}

void Hub::wake() {
    const std::lock_guard lock{listener_mutex_};
    if (listener_) listener_();
}

void Hub::follow(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    for (Seq seen = journal_.head(); journal_.wait_beyond(seen, stop);) {
        seen = journal_.head();
        wake();
        std::unique_lock lock{mutex};
        never.wait_for(lock, stop, kLeastPause, [] { return false; });
    }
}

} // namespace server::live
