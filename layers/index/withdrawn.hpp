// The past is shown by today's release: what an owner took back is not to be read through older versions, histories or
// tiles. One thread; looks into the view, so it lives no longer than that.
#pragma once

#include "layers/index/read_model.hpp"

#include <stop_token>
#include <vector>

namespace layers::index {

class Withdrawn {
public:
    // `policy` as compiled for the caller; `view` the layer as it is now.
    Withdrawn(const View& view, const query::ExpressionPtr& policy, const store::Store& store);
    // True when the item, as it is now or was when it was removed, is not for this caller.
    bool operator()(const geo::Uuid& id) const;

private:
    const View& view_;
    query::ExpressionPtr policy_;
    const store::Store& store_;
    std::vector<SegmentFilter> passes_; // by piece
};

// The layer as it was stored at `at`, without what was taken back since; `view` itself when nothing of the layer has
// changed since. `box` (lon,lat) is a prefilter. Error{cancelled} when `stop` is set: part of the rows would be a lie.
std::shared_ptr<const View> past_view(const std::shared_ptr<const View>& view, const query::ExpressionPtr& policy,
                                      const store::Store& store, store::Seq at, const std::optional<geo::Box>& box,
                                      const std::stop_token& stop);

} // namespace layers::index
