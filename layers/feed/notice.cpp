#include "layers/feed/notice.hpp"

#include "layers/query/record_row.hpp"

namespace layers::feed {

namespace {

bool sees(const access::Policy& policy, const Record* record) {
    return record && query::passes(policy.filter, *record);
}

std::optional<Notice> told(const index::Step& step, bool saw, bool sees_now) {
    if (!saw && !sees_now) return {};
    Notice notice{.layer = step.change.layer,
                  .id = step.change.id,
                  .happened = !saw        ? Happened::created
                              : !sees_now ? Happened::removed
                                          : Happened::updated,
                  .at = step.change.recorded_at,
                  .boxes = {}};
    if (saw && !step.change.old_box.empty()) notice.boxes.push_back(step.change.old_box);
    const bool moved = !saw || !(step.change.old_box == step.change.new_box);
    if (sees_now && moved && !step.change.new_box.empty()) notice.boxes.push_back(step.change.new_box);
    return notice;
}

} // namespace

const char* name(Happened happened) {
    switch (happened) {
    case Happened::created:
        return "created";
    case Happened::updated:
        return "updated";
    case Happened::removed:
        return "removed";
    }
    return "";
}

const Judge::Known* Judge::known(const std::string& layer) {
    const auto at = known_.find(layer);
    if (at != known_.end()) return &at->second;
    const auto view = model_.view(layer);
    if (!view) return nullptr;
    return &known_.emplace(layer, Known{view->layer, access::compile(caller_, *view->layer)}).first->second;
}

std::optional<Notice> Judge::live(const index::Step& step) {
    const Known* layer = known(step.change.layer);
    if (!layer || !layer->policy.may_read) return {};
    return told(step, sees(layer->policy, step.before.get()), sees(layer->policy, step.after.get()));
}

std::optional<Notice> Judge::past(const index::Step& step, const Before& before, const store::Store& store) {
    auto notice = live(step);
    if (!notice) return notice;
    if (notice->happened == Happened::removed) {
        if (step.change.seq > before.then) return notice;
        if (!before.complete) return {};
        const auto row = store.get_at(step.change.layer, step.change.id, before.seq);
        if (!row || !sees(known(step.change.layer)->policy, &*row)) return {};
        return notice;
    }
    const auto view = model_.view(step.change.layer);
    const auto found = view ? view->find(step.change.id) : std::nullopt;
    if (!found) return {}; // deleted since: a later step says so
    const Record now = to_record(*found->piece->segment, found->row);
    if (!sees(known(step.change.layer)->policy, &now)) return {};
    return notice;
}

std::string policy_group(const Catalogue& catalogue, const access::Caller& caller) {
    std::string group;
    for (const auto& layer : catalogue.all()) {
        const auto policy = access::compile(caller, *layer);
        group += policy.may_read ? layer->id + "=" + policy.group + "\n" : "";
    }
    return group;
}

} // namespace layers::feed
