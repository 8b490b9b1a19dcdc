#include "layers/index/sources.hpp"

#include "layers/index/withdrawn.hpp"

#include <algorithm>

namespace layers::index {

const Derived* Sources::derived(std::string_view id) const {
    const auto found = std::ranges::find_if(derived_, [&](const Derived& d) { return d.layer->id == id; });
    return found == derived_.end() ? nullptr : &*found;
}

std::optional<Sources::Source> Sources::find(const access::Caller& caller, std::string_view id) const {
    const auto* made = derived(id);
    auto view = made ? nullptr : model_.view(id);
    if (!made && !view) return {};
    auto policy = access::compile(caller, made ? *made->layer : *view->layer);
    if (!policy.may_read) return {};
    if (made) view = made->now(caller);
    return Source{std::move(policy), std::move(view)};
}

std::shared_ptr<const View> Sources::past(const access::Caller& caller, const Source& source, store::Seq at,
                                          const std::optional<geo::Box>& box, const std::stop_token& stop) const {
    if (const auto* made = derived(source.view->layer->id)) return made->past(caller, at, stop);
    return past_view(source.view, source.policy.filter, store_, at, box, stop);
}

store::Seq Sources::newest(const Derived& derived) const {
    store::Seq newest = 0;
    for (const auto& id : derived.made_from)
        if (const auto view = model_.view(id)) newest = std::max(newest, view->seq);
    return newest;
}

std::function<bool()> Sources::unchanged(std::string_view id) const {
    const auto* made = derived(id);
    if (!made) return [] { return true; };
    const auto tick = [made] { return made->tick ? made->tick() : 0; };
    return [this, made, tick, then = newest(*made), that = tick()] { return newest(*made) == then && tick() == that; };
}

std::vector<std::shared_ptr<const Layer>> Sources::layers() const {
    std::vector<std::shared_ptr<const Layer>> all;
    for (const auto& layer : model_.catalogue().all())
        if (!layer->internal) all.push_back(layer);
    for (const auto& made : derived_) all.push_back(made.layer);
    return all;
}

} // namespace layers::index
