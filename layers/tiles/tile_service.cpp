#include "layers/tiles/tile_service.hpp"

#include "geo/error.hpp"
#include "layers/index/withdrawn.hpp"

#include <algorithm>

namespace layers::tiles {

namespace {

using geo::Error;
using geo::ErrorCode;

[[noreturn]] void no_such_layer() {
    throw Error{ErrorCode::not_found, "no such collection"};
}

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words) all += word + ",";
    return all;
}

std::string text_of(const std::optional<geo::Instant>& t) {
    return t ? std::to_string(t->us) : "-";
}

// The tile's ground and the buffer around it, in lon,lat: what of the past must be read.
geo::Box ground_of(geo::TileId tile) {
    const auto box = geo::tile_box(tile, static_cast<double>(kBuffer) / kExtent);
    geo::Box ground;
    ground.add(geo::to_lon_lat({box.min_x, box.min_y}));
    ground.add(geo::to_lon_lat({box.max_x, box.max_y}));
    return ground;
}

// The layer's rows around the tile as they were stored then, without those that were taken back since.
std::shared_ptr<const index::View> past_view(const store::Store& store, const LayerSource& now,
                                             const query::ExpressionPtr& policy, geo::TileId tile, store::Seq seq,
                                             const std::stop_token& stop) {
    const index::Withdrawn withdrawn{*now.view, policy, store};
    std::vector<Record> rows;
    store.scan(now.view->layer->id, seq, ground_of(tile), {}, [&](const Record& record) {
        if (!withdrawn(record.id)) rows.push_back(record);
        return !stop.stop_requested();
    });
    // A scan that was stopped gives part of the rows: no tile may be made of them, let alone be kept.
    if (stop.stop_requested()) throw Error{ErrorCode::cancelled, "the caller went away"};
    return index::make_view(now.view->layer, rows, seq);
}

} // namespace

TileService::TileService(const index::ReadModel& model, const store::Store& store, Options options)
    : model_{model}, store_{store}, options_{options}, cache_{options.cache_bytes} {}

TilePtr TileService::get(const access::Caller& caller, const Question& question, const std::stop_token& stop) {
    if (!geo::valid(question.tile)) throw Error{ErrorCode::not_found, "no such tile"};
    ++asked_;
    const std::size_t budget = question.budget_bytes.value_or(options_.budget_bytes);
    // A state is asked for at the end of the window; without a window it is the latest.
    const auto state_at = question.window.to ? question.window.to : question.window.from;
    const auto at_seq = question.at ? std::optional{store_.seq_at(*question.at)} : std::nullopt;
    const auto parsed = question.filter.empty() ? query::always() : query::parse_cql2_text(question.filter);

    std::vector<LayerSource> sources;
    std::vector<query::ExpressionPtr> policies; // alone, beside each source
    std::string key = std::to_string(question.tile.z) + "/" + std::to_string(question.tile.x) + "/" +
                      std::to_string(question.tile.y) + "|" + text_of(question.window.from) + "|" +
                      text_of(question.window.to) + "|" + (at_seq ? std::to_string(*at_seq) : "now") + "|" +
                      std::to_string(budget) + "|" + joined(question.properties) + "|" +
                      std::to_string(question.filter.size()) + ":" + question.filter +
                      "\n"; // with its length, so that no filter can spell another question's key
    bool keep = true;
    for (const auto& id : question.layers) {
        const auto view = model_.view(id);
        if (!view) no_such_layer();
        auto policy = access::compile(caller, *view->layer);
        if (!policy.may_read) no_such_layer();
        for (const auto& name : question.properties) {
            const auto ordinal = view->layer->find(name);
            const bool known = ordinal && policy.visible[*ordinal];
            if (!known && question.layers.size() == 1)
                throw Error{ErrorCode::invalid_input, "unknown property '" + name + "'", "properties"};
        }
        // Also of the past, since what was taken back since is not shown.
        const store::Seq touched = view->touched->last(question.tile);
        // A commit between our view and this look: right to show, wrong to keep under the newer number.
        if (touched > view->seq) keep = false;
        key += id + "|" + policy.group + "|" + std::to_string(touched) + "\n";
        const auto filter = query::bind(parsed, *view->layer, policy.visible);
        policies.push_back(policy.filter);
        sources.push_back(
            {view, query::all_of({policy.filter, filter}), std::move(policy.visible), question.properties});
    }
    return cache_.get(key, keep, [&] {
        if (at_seq)
            for (std::size_t i = 0; i < sources.size(); ++i)
                if (*at_seq < sources[i].view->seq) // else nothing of this layer has changed since
                    sources[i].view = past_view(store_, sources[i], policies[i], question.tile, *at_seq, stop);
        ++built_;
        return std::make_shared<const Tile>(
            build_tile(sources, question.tile, question.window, state_at, budget, stop));
    });
}

} // namespace layers::tiles
