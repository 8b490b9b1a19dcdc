#include "layers/index/facts.hpp"

namespace layers::index {

namespace {

constexpr std::size_t kMostKept = 1024;

Facts facts_of(const View& view, const access::Policy& policy) {
    Facts facts;
    geo::MercatorBox box;
    std::int64_t earliest = INT64_MAX, latest = INT64_MIN;
    view.each({}, policy.filter, {}, [&](const Piece& piece, Row row) {
        const Segment& segment = *piece.segment;
        ++facts.rows;
        if (segment.box(row).empty()) ++facts.without_shape;
        box.add(segment.box(row));
        const std::int64_t from = segment.column(common::valid_from).integers[row];
        const std::int64_t to = segment.column(common::valid_to).integers[row];
        if (from != kNullInteger) earliest = std::min(earliest, from);
        for (const std::int64_t end : {from, to})
            if (end != kNullInteger) latest = std::max(latest, end);
    });
    if (!box.empty()) {
        facts.extent.add(geo::to_lon_lat({box.min_x, box.min_y}));
        facts.extent.add(geo::to_lon_lat({box.max_x, box.max_y}));
    }
    if (earliest != INT64_MAX) facts.earliest = geo::Instant{earliest};
    if (latest != INT64_MIN) facts.latest = geo::Instant{latest};
    return facts;
}

} // namespace

Facts FactsCache::get(const View& view, const access::Policy& policy) {
    const std::pair<std::string, std::string> key{view.layer->id, policy.group};
    {
        const std::lock_guard lock{mutex_};
        if (const auto it = kept_.find(key); it != kept_.end() && it->second.seq == view.seq) return it->second.facts;
    }
    const Facts facts = facts_of(view, policy);
    const std::lock_guard lock{mutex_};
    if (kept_.size() >= kMostKept) kept_.clear();
    kept_[key] = {view.seq, facts};
    return facts;
}

} // namespace layers::index
