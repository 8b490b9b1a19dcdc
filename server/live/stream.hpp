// One caller's events as text/event-stream (WHATWG HTML, 9.2). Private to this room.
#pragma once

#include "server/live/hub.hpp"

namespace server::live {

// One thread at a time. Counted by the hub from its making to its end.
class Stream final : public EventSource {
public:
    Stream(Hub& hub, Hub::Opening opening);
    ~Stream() override;
    bool next(std::string& out) override;

private:
    void begin(std::string& out);
    bool tell(std::string& out);
    bool catch_up(std::string& out);
    void event(std::string& out, std::string_view name, std::string_view data);

    Hub& hub_;
    const Hub::Opening opening_;
    const std::shared_ptr<Audience> audience_;
    layers::feed::Judge judge_; // of what was before the stream was opened
    const layers::store::Seq opened_at_;
    layers::store::Seq position_;
    bool begun_ = false;
    std::chrono::steady_clock::time_point last_event_;
    Board::Listener ear_; // for what concerns the caller's account alone
};

} // namespace server::live
