#include "server/live/board.hpp"

#include <algorithm>
#include <utility>

namespace server::live {

Board::Board(std::function<void()> told)
    : told_{std::move(told)}, teller_{[this](const std::stop_token& stop) { tell(stop); }} {}

Board::~Board() {
    teller_.request_stop();
    teller_.join();
}

void Board::put(const std::string& account, const std::string& subject, Note note) {
    {
        const std::lock_guard lock{mutex_};
        const auto at = accounts_.find(account);
        if (at == accounts_.end()) return;
        auto& waiting = at->second.waiting;
        if (waiting.size() >= kMostSubjects && !waiting.contains(subject)) return;
        waiting[subject] = std::move(note);
        waiting_ = true;
    }
    changed_.notify_one();
}

bool Board::move_waiting() {
    if (!std::exchange(waiting_, false)) return false;
    for (auto& [name, account] : accounts_) {
        for (auto& [subject, note] : account.waiting) account.told[subject] = {++last_number_, std::move(note)};
        account.waiting.clear();
        while (account.told.size() > kMostSubjects)
            account.told.erase(
                std::ranges::min_element(account.told, {}, [](const auto& t) { return t.second.number; }));
    }
    return true;
}

void Board::tell(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock{mutex_};
            if (!changed_.wait(lock, stop, [this] { return waiting_; })) return;
            if (!move_waiting()) continue;
        }
        told_();
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, stop, kPause, [] { return false; });
    }
}

Board::Listener::Listener(Board& board, std::string account) : board_{board}, account_{std::move(account)} {
    if (account_.empty()) return;
    const std::lock_guard lock{board_.mutex_};
    ++board_.accounts_[account_].listeners;
    heard_ = board_.last_number_;
}

Board::Listener::~Listener() {
    if (account_.empty()) return;
    const std::lock_guard lock{board_.mutex_};
    const auto at = board_.accounts_.find(account_);
    if (--at->second.listeners == 0) board_.accounts_.erase(at);
}

std::vector<Note> Board::Listener::news() {
    if (account_.empty()) return {};
    std::vector<const Told*> fresh;
    const std::lock_guard lock{board_.mutex_};
    for (const auto& [subject, told] : board_.accounts_.at(account_).told)
        if (told.number > heard_) fresh.push_back(&told);
    std::ranges::sort(fresh, {}, &Told::number);
    std::vector<Note> notes;
    for (const auto* told : fresh) {
        heard_ = told->number;
        notes.push_back(told->note);
    }
    return notes;
}

} // namespace server::live
