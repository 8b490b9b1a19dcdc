#include "layers/index/withdrawn.hpp"

#include "geo/error.hpp"

#include <algorithm>

namespace layers::index {

Withdrawn::Withdrawn(const View& view, const query::ExpressionPtr& policy, const store::Store& store)
    : view_{view}, policy_{policy}, store_{store} {
    for (const auto& piece : view_.pieces) passes_.emplace_back(*piece.segment, *view_.layer, policy_, TimeWindow{});
}

bool Withdrawn::operator()(const geo::Uuid& id) const {
    if (const auto found = view_.find(id))
        return !passes_[static_cast<std::size_t>(found->piece - view_.pieces.data())](found->row);
    const auto versions = store_.history(view_.layer->id, id);
    const auto last = std::find_if(versions.rbegin(), versions.rend(), [](const auto& v) { return !v.removed; });
    if (last == versions.rend()) return false;
    const auto then = make_view(view_.layer, {last->record}, last->record.seq);
    return !SegmentFilter{*then->pieces[0].segment, *view_.layer, policy_, TimeWindow{}}(0);
}

std::shared_ptr<const View> past_view(const std::shared_ptr<const View>& view, const query::ExpressionPtr& policy,
                                      const store::Store& store, store::Seq at, const std::optional<geo::Box>& box,
                                      const std::stop_token& stop) {
    if (at >= view->seq) return view;
    const Withdrawn withdrawn{*view, policy, store};
    std::vector<Record> rows;
    store.scan(view->layer->id, at, box, {}, [&](const Record& record) {
        if (!withdrawn(record.id)) rows.push_back(record);
        return !stop.stop_requested();
    });
    if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
    return make_view(view->layer, rows, at);
}

} // namespace layers::index
