#include "server/live/stream.hpp"

#include "geo/error.hpp"

namespace server::live {

using layers::store::Seq;
using Clock = std::chrono::steady_clock;

namespace {
constexpr std::size_t kPage = 500; // steps read from the store at a time by one who catches up
} // namespace

Stream::Stream(Hub& hub, Hub::Opening opening)
    : hub_{hub}, opening_{std::move(opening)}, audience_{hub.audience(opening_.caller)}, judge_{hub.model_,
                                                                                                opening_.caller},
      opened_at_{hub.journal_.head()}, position_{opening_.after ? opening_.after->seq : opened_at_},
      last_event_{Clock::now()}, ear_{hub_.board_, opening_.caller.account} {}

Stream::~Stream() {
    --hub_.streams_;
}

// The place is told with each event, so that whoever is cut off goes on right behind the last one that arrived whole.
void Stream::event(std::string& out, std::string_view name, std::string_view data) {
    out += "id: ";
    const bool complete = position_ >= opened_at_ || (opening_.after && opening_.after->complete);
    const auto head = hub_.journal_.head();
    // Behind the opening everything was told as it happened; before it, as the one who opened was entitled to then.
    out += hub_.cursors_.at({position_, position_ >= opened_at_ ? position_ : head, complete}, opening_.caller);
    out += "\nevent: ";
    out += name;
    out += "\ndata: ";
    out += data;
    out += "\n\n";
    last_event_ = Clock::now();
}

void Stream::begin(std::string& out) {
    begun_ = true;
    out += "retry: 1000\n\n";
    event(out, opening_.reset ? "reset" : "open", "{}");
}

// What was before the stream was opened, judged by what the caller may see today.
bool Stream::catch_up(std::string& out) {
    std::vector<layers::feed::Notice> notices;
    const auto& told = *opening_.after; // or there is nothing to catch up with
    const layers::feed::Judge::Before before{told.seq, told.issued_at, told.complete};
    for (const auto& step : hub_.journal_.read(position_, kPage)) {
        if (step->change.seq > opened_at_) break;
        position_ = step->change.seq;
        for (auto& notice : hub_.past(judge_, opening_.caller, *step, before)) notices.push_back(std::move(notice));
    }
    if (const auto data = change_data(notices); !data.empty()) event(out, "change", data);
    return true;
}

bool Stream::tell(std::string& out) {
    if (!hub_.journal_.remembers(position_)) {
        event(out, "behind", R"({"detail":"Too slow: resume from the last id."})");
        return false;
    }
    while (const auto told = audience_->after(position_)) {
        position_ = told->to;
        if (told->data.empty()) continue;
        event(out, "change", told->data);
        return true;
    }
    return true;
}

bool Stream::next(std::string& out) {
    try {
        if (opening_.still_allowed) opening_.still_allowed();
    } catch (const geo::Error&) {
        event(out, "end", R"({"detail":"The access that opened this stream has ended."})");
        return false;
    }
    if (!begun_) {
        begin(out);
        return true;
    }
    const auto size = out.size();
    while (position_ < opened_at_ && out.size() == size) catch_up(out);
    for (const auto& note : ear_.news()) event(out, note.event, note.data);
    if (out.size() > size) return true;
    const bool go_on = tell(out);
    if (out.size() == size && Clock::now() - last_event_ >= hub_.options_.mark_every) event(out, "mark", "{}");
    return go_on;
}

} // namespace server::live
