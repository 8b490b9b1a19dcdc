#include "layers/tiles/tile_service.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <mutex>

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

// What a tile was made from, and whether it is still so. A layer whose clock stands still needs no closer look.
class Standing {
public:
    explicit Standing(geo::TileId tile) : tile_{tile} {}
    struct OfLayer {
        std::shared_ptr<const index::TouchedTiles> touched;
        std::uint64_t latest; // read before the tile's own number was: what comes later is looked at
        store::Seq seq;
        std::function<bool()> unchanged; // of a derived layer: its tiles are marked only when it is next asked for
    };
    void add(OfLayer layer) { layers_.push_back(std::move(layer)); }
    bool holds() {
        const std::lock_guard lock{mutex_};
        for (auto& layer : layers_) {
            if (!layer.unchanged()) return false;
            const auto latest = layer.touched->latest();
            if (latest == layer.latest) continue;
            if (layer.touched->last(tile_) != layer.seq) return false;
            layer.latest = latest;
        }
        return true;
    }

private:
    const geo::TileId tile_;
    std::mutex mutex_;
    std::vector<OfLayer> layers_;
};

} // namespace

TileService::TileService(const index::Sources& sources, const store::Store& store, Options options)
    : sources_{sources}, store_{store}, options_{options}, cache_{options.cache_bytes} {}

std::shared_ptr<const std::string> TileService::compressed(const TilePtr& tile, geo::wrap::Coding coding) {
    const auto made = tile->compressed(coding);
    if (made.fresh) recompressor_.want(tile, coding);
    return made.bytes;
}

TileService::Answer TileService::answer(const access::Caller& caller, const Question& question,
                                        const std::stop_token& stop) {
    if (!geo::valid(question.tile)) throw Error{ErrorCode::not_found, "no such tile"};
    ++asked_;
    const std::size_t budget = question.budget_bytes.value_or(options_.budget_bytes);
    // A state is asked for at the end of the window; without a window it is the latest.
    const auto state_at = question.window.to ? question.window.to : question.window.from;
    const auto at_seq = question.at ? std::optional{store_.seq_at(*question.at)} : std::nullopt;
    const auto parsed = question.filter.empty() ? query::always() : query::parse_cql2_text(question.filter);

    std::vector<LayerSource> sources;
    std::vector<index::Sources::Source> collections; // beside each source
    std::string key = std::to_string(question.tile.z) + "/" + std::to_string(question.tile.x) + "/" +
                      std::to_string(question.tile.y) + "|" + text_of(question.window.from) + "|" +
                      text_of(question.window.to) + "|" + (at_seq ? std::to_string(*at_seq) : "now") + "|" +
                      std::to_string(budget) + "|" + joined(question.properties) + "|" +
                      std::to_string(question.filter.size()) + ":" + question.filter +
                      "\n"; // with its length, so that no filter can spell another question's key
    bool keep = true;
    auto standing = std::make_shared<Standing>(question.tile);
    for (const auto& id : question.layers) {
        auto unchanged = sources_.unchanged(id); // asked first: what comes later is noticed
        auto found = sources_.find(caller, id);
        if (!found) no_such_layer();
        const auto& view = found->view;
        const auto& policy = found->policy;
        for (const auto& name : question.properties) {
            const auto ordinal = view->layer->find(name);
            const bool known = ordinal && policy.visible[*ordinal];
            if (!known && question.layers.size() == 1)
                throw Error{ErrorCode::invalid_input, "unknown property '" + name + "'", "properties"};
        }
        // Also of the past, since what was taken back since is not shown.
        const auto latest = view->touched->latest(); // before the tile's own
        const store::Seq touched = view->touched->last(question.tile);
        // A commit between our view and this look: right to show, wrong to keep under the newer number.
        if (touched > view->seq) keep = false;
        standing->add({view->touched, latest, touched, std::move(unchanged)});
        key += id + "|" + policy.group + "|" + std::to_string(touched) + "\n";
        const auto filter = query::bind(parsed, *view->layer, policy.visible);
        sources.push_back({view, query::all_of({policy.filter, filter}), policy.visible, question.properties});
        collections.push_back(std::move(*found));
    }
    auto tile = cache_.get(key, keep, [&] {
        if (at_seq)
            for (std::size_t i = 0; i < sources.size(); ++i)
                sources[i].view = sources_.past(caller, collections[i], *at_seq, ground_of(question.tile), stop);
        ++built_;
        return std::make_shared<const Tile>(
            build_tile(sources, question.tile, question.window, state_at, budget, stop));
    });
    if (!keep) return {std::move(tile), nullptr};
    return {std::move(tile), [standing] { return standing->holds(); }};
}

} // namespace layers::tiles
