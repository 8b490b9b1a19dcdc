#include "layers/feed/journal.hpp"

#include <algorithm>

namespace layers::feed {

using store::Seq;

Journal::Journal(const store::Store& store, index::ReadModel& model, std::size_t capacity)
    : store_{store}, model_{model}, capacity_{capacity}, head_{model.applied()} {
    model_.on_applied([this](std::vector<index::Step> steps) {
        {
            const std::lock_guard lock{mutex_};
            for (auto& step : steps) latest_.push_back(std::make_shared<const index::Step>(std::move(step)));
            while (latest_.size() > capacity_) latest_.pop_front();
            if (!latest_.empty()) head_ = latest_.back()->change.seq;
        }
        moved_.notify_all();
    });
}

Journal::~Journal() {
    model_.on_applied(nullptr);
}

Seq Journal::head() const {
    const std::lock_guard lock{mutex_};
    return head_;
}

bool Journal::remembers(Seq after) const {
    const std::lock_guard lock{mutex_};
    return after >= head_ - static_cast<Seq>(latest_.size());
}

bool Journal::wait_beyond(Seq after, std::stop_token stop) const {
    std::unique_lock lock{mutex_};
    return moved_.wait(lock, std::move(stop), [&] { return head_ > after; });
}

std::vector<StepPtr> Journal::read(Seq after, std::size_t limit) const {
    {
        const std::lock_guard lock{mutex_};
        if (after >= head_) return {};
        const auto first = head_ - static_cast<Seq>(latest_.size());
        if (after >= first) {
            const auto begin = latest_.begin() + (after - first);
            const auto count = std::min<std::size_t>(limit, static_cast<std::size_t>(latest_.end() - begin));
            return {begin, begin + static_cast<std::ptrdiff_t>(count)};
        }
    }
    return from_store(after, limit);
}

std::vector<StepPtr> Journal::from_store(Seq after, std::size_t limit) const {
    std::vector<StepPtr> steps;
    for (auto& change : store_.changes(after, limit)) {
        auto step = std::make_shared<index::Step>();
        if (change.version > 1)
            if (auto row = store_.get_at(change.layer, change.id, change.seq - 1))
                step->before = std::make_shared<const Record>(std::move(*row));
        if (change.op != store::Op::remove)
            if (auto row = store_.get_at(change.layer, change.id, change.seq))
                step->after = std::make_shared<const Record>(std::move(*row));
        step->change = std::move(change);
        steps.push_back(std::move(step));
    }
    return steps;
}

} // namespace layers::feed
