// The one door to the rows of a collection: as this caller may have them, whether they are kept by the read model or
// made from its layers for each group of callers. A new derived layer is one `Derived`, added when the server starts.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/read_model.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace layers::index {

// How a derived layer is had. Both functions are thread-safe and see every commit that was acknowledged before the
// call. Their views hold what the caller may see and nothing else: callers with equal policy groups get equal rows.
struct Derived {
    std::shared_ptr<const Layer> layer;
    std::vector<std::string> made_from; // stored layers: while none of them changes, no view does
    std::function<std::shared_ptr<const View>(const access::Caller&)> now;
    // As it stood at `at`, by today's release. Error{cancelled} when `stop` is set.
    std::function<std::shared_ptr<const View>(const access::Caller&, store::Seq at, const std::stop_token& stop)> past;
    // Where time changes the views too: the same number only while it doesn't. Empty: it never does.
    std::function<std::int64_t()> tick = {};
};

// Thread-safe once everything is added.
class Sources {
public:
    // Both must outlive this.
    Sources(const ReadModel& model, const store::Store& store) : model_{model}, store_{store} {}
    void add(Derived derived) { derived_.push_back(std::move(derived)); }

    struct Source {
        access::Policy policy;
        std::shared_ptr<const View> view;
    };
    // Nothing: it isn't there or not for this caller, never told apart.
    std::optional<Source> find(const access::Caller& caller, std::string_view id) const;
    // The same collection as it was stored at `at`, without what was taken back since. `box` (lon,lat) is a prefilter.
    std::shared_ptr<const View> past(const access::Caller& caller, const Source& source, store::Seq at,
                                     const std::optional<geo::Box>& box, const std::stop_token& stop) const;
    // Says true while no commit has changed what the collection is made from: ask before `find`. A stored layer always
    // says true, its tiles have numbers of their own (TouchedTiles). Any thread, cheap; may outlive nothing of this.
    std::function<bool()> unchanged(std::string_view id) const;

    // Every layer that may be a collection for somebody, stored ones first.
    std::vector<std::shared_ptr<const Layer>> layers() const;

private:
    const Derived* derived(std::string_view id) const;
    store::Seq newest(const Derived& derived) const;

    const ReadModel& model_;
    const store::Store& store_;
    std::vector<Derived> derived_;
};

} // namespace layers::index
