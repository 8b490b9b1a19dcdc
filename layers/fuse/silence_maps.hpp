// The derived layer `silence`: what fell silent, as each group of callers may know it. Time alone changes it, so a view
// is of the next quarter of an hour, and made again when that has come or when what it is made from changed.
//
// A habit is a matter of days: a view may be up to kFresh old whatever was committed meanwhile, so that an import of a
// million rows doesn't count them all again for each of its commits. Later nothing is missing from it.
#pragma once

#include "layers/fuse/silence_reading.hpp"
#include "layers/index/derived_rows.hpp"
#include "layers/index/sources.hpp"
#include "layers/model/built_in.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace layers::fuse {

// Thread-safe; made by std::make_shared.
class SilenceMaps : public std::enable_shared_from_this<SilenceMaps> {
public:
    static constexpr std::chrono::seconds kFresh{10};
    static constexpr std::size_t kMostGroups = 32; // the longest unasked is forgotten

    // Both must outlive this. `clock`: what time it is.
    SilenceMaps(const index::ReadModel& model, const store::Store& store,
                std::function<geo::Instant()> clock = geo::now)
        : model_{model}, store_{store}, clock_{std::move(clock)} {}

    index::Derived derived(); // holds on to this

private:
    struct Group {
        explicit Group(std::shared_ptr<const Layer> layer) : rows{std::move(layer)} {}
        std::mutex mutex;
        index::DerivedRows rows;
        std::map<geo::Uuid, Record> shown;
        std::int64_t tick = -1;
        store::Seq made_from = -1;
        geo::Instant moment;
        std::uint64_t asked = 0; // guarded by the maps' mutex
    };
    std::shared_ptr<Group> group_of(const access::Caller& caller);
    std::shared_ptr<const index::View> now(const access::Caller& caller);
    std::shared_ptr<const index::View> past(const access::Caller& caller, store::Seq at, const std::stop_token& stop);
    std::vector<Record> rows(const access::Caller& caller, const ViewOf& view_of, geo::Instant moment,
                             const std::stop_token& stop);
    std::int64_t tick() const { return clock_().us / std::chrono::microseconds{kFresh}.count(); }

    const index::ReadModel& model_;
    const store::Store& store_;
    const std::function<geo::Instant()> clock_;
    const std::shared_ptr<const Layer> layer_ = std::make_shared<const Layer>(silence());

    FirstStored first_stored_{store_};
    std::mutex mutex_;
    std::uint64_t asked_ = 0;
    store::Seq last_seq_ = 0; // of views, a row of numbers of their own: time has none in the log
    std::map<std::string, std::shared_ptr<Group>> groups_;
};

} // namespace layers::fuse
