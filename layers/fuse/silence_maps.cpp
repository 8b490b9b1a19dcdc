#include "layers/fuse/silence_maps.hpp"

#include "layers/fuse/without_reason.hpp"

#include "layers/index/withdrawn.hpp"

#include <algorithm>

namespace layers::fuse {
namespace {

constexpr std::int64_t kQuarter_us = 15ll * 60 * 1'000'000;

// The next full quarter of an hour: what has just been reported is not of a time to come.
geo::Instant moment_of(geo::Instant t) {
    return {(t.us + kQuarter_us - 1) / kQuarter_us * kQuarter_us};
}

} // namespace

index::Derived SilenceMaps::derived() {
    const auto self = shared_from_this();
    return {.layer = layer_,
            .made_from = silence_made_from(),
            .now = [self](const access::Caller& caller) { return self->now(without_reason(caller)); },
            .past = [self](const access::Caller& caller, store::Seq at,
                           const std::stop_token& stop) { return self->past(without_reason(caller), at, stop); },
            .tick = [self] { return self->tick(); }};
}

std::shared_ptr<SilenceMaps::Group> SilenceMaps::group_of(const access::Caller& caller) {
    std::string key;
    for (const auto& id : silence_made_from())
        if (const auto view = model_.view(id)) key += access::compile(caller, *view->layer).group + "\n";
    const std::lock_guard lock{mutex_};
    auto& group = groups_[key];
    if (!group) group = std::make_shared<Group>(layer_);
    group->asked = ++asked_;
    const auto found = group;
    if (groups_.size() > kMostGroups)
        groups_.erase(std::ranges::min_element(groups_, {}, [](const auto& entry) { return entry.second->asked; }));
    return found;
}

std::vector<Record> SilenceMaps::rows(const access::Caller& caller, const ViewOf& view_of, geo::Instant moment,
                                      const std::stop_token& stop) {
    const SilenceQuestion question{.now = moment};
    const auto sections = visible_sections(view_of, caller, stop);
    const auto inputs = read_silence(view_of, first_stored_, caller, sections, question, stop);
    return silence_rows(*layer_, inputs, sections, question, caller.scenario);
}

std::shared_ptr<const index::View> SilenceMaps::now(const access::Caller& caller) {
    const auto group = group_of(caller);
    const std::lock_guard lock{group->mutex};
    const auto current = tick();
    if (group->tick == current) return group->rows.view();
    store::Seq newest = 0; // before anything is read: what comes meanwhile is noticed next time
    for (const auto& id : silence_made_from())
        if (const auto view = model_.view(id)) newest = std::max(newest, view->seq);
    const auto moment = moment_of(clock_());
    if (group->made_from != newest || group->moment != moment) {
        std::vector<Record> changed;
        std::map<geo::Uuid, Record> shown;
        const auto same = [&](const Record& row) {
            const auto before = group->shown.find(row.id);
            return before != group->shown.end() && before->second.values == row.values &&
                   before->second.geometry == row.geometry;
        };
        for (auto& row : rows(caller, [this](const std::string& id) { return model_.view(id); }, moment, {})) {
            if (!same(row)) changed.push_back(row);
            shown.emplace(row.id, std::move(row));
        }
        std::vector<geo::Uuid> gone;
        for (const auto& [id, row] : group->shown)
            if (!shown.contains(id)) gone.push_back(id);
        if (!changed.empty() || !gone.empty()) {
            store::Seq seq = 0;
            {
                const std::lock_guard all{mutex_};
                seq = ++last_seq_;
            }
            for (auto& row : changed) row.seq = seq;
            group->rows.apply(gone, changed, seq);
        }
        group->shown = std::move(shown);
        group->made_from = newest;
        group->moment = moment;
    }
    group->tick = current;
    return group->rows.view();
}

// As it was known when the change `at` had been stored, seen from the quarter of an hour in which that was.
std::shared_ptr<const index::View> SilenceMaps::past(const access::Caller& caller, store::Seq at,
                                                     const std::stop_token& stop) {
    const auto view_of = [&](const std::string& id) -> std::shared_ptr<const index::View> {
        const auto view = model_.view(id);
        return view ? index::past_view(view, access::compile(caller, *view->layer).filter, store_, at, {}, stop)
                    : nullptr;
    };
    const auto changes = store_.changes(at - 1, 1);
    if (changes.empty()) return index::make_view(layer_, {}, at);
    return index::make_view(layer_, rows(caller, view_of, moment_of(changes.front().recorded_at), stop), at);
}

} // namespace layers::fuse
