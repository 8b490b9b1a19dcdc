#include "server/commands/export.hpp"

#include "geo/error.hpp"
#include "layers/encode/feature_json.hpp"
#include "layers/fuse/pictures.hpp"
#include "layers/fuse/silence_maps.hpp"
#include "layers/index/facts.hpp"
#include "layers/package/mbtiles.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "layers/tiles/properties.hpp"
#include "layers/tiles/tile_builder.hpp"
#include "server/commands/progress.hpp"
#include "server/params.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;

struct Options {
    std::string data_dir, layers, format, filter, tiles, bbox, out, scenario, datetime, reason;
    bool json = false;
};

// The operator at this machine's keyboard can read the database file itself: all layers, but an export leaves the
// house, so only rows that anyone within the service may have (H0, or never graded) go into it.
layers::access::Caller operator_caller(const Options& options) {
    layers::access::Caller caller;
    caller.account = "operator";
    caller.open = true;
    caller.scenario = options.scenario;
    return caller;
}

struct Chosen {
    std::shared_ptr<const layers::index::View> view;
    layers::access::Policy policy;
    layers::query::ExpressionPtr filter;
};

std::vector<Chosen> choose_layers(const layers::index::Sources& sources, const Options& options) {
    const auto caller = operator_caller(options);
    const auto h0 = layers::query::parse_cql2_text("handling IS NULL OR handling = 'H0'");
    const auto own = options.filter.empty() ? layers::query::always() : layers::query::parse_cql2_text(options.filter);
    std::vector<Chosen> chosen;
    for (const auto& id : parse_list(options.layers, "layer", 64)) {
        auto found = sources.find(caller, id);
        if (!found) throw Error{ErrorCode::not_found, "no layer '" + id + "'", "layer"};
        auto& [policy, view] = *found;
        const auto bound = [&](const auto& e) { return layers::query::bind(e, *view->layer, policy.visible); };
        auto filter = layers::query::all_of({policy.filter, bound(h0), bound(own)});
        chosen.push_back({std::move(view), std::move(policy), std::move(filter)});
    }
    return chosen;
}

// "3" or "0-12".
std::pair<int, int> parse_zooms(const std::string& text) {
    const auto dash = text.find('-');
    const auto low = parse_integer(text.substr(0, dash), "tiles");
    const auto high = dash == std::string::npos ? low : parse_integer(text.substr(dash + 1), "tiles");
    if (low < 0 || high < low || high > geo::kMaxZoom)
        throw Error{ErrorCode::invalid_input, "zooms are Z0-Z1 within 0 and " + std::to_string(geo::kMaxZoom), "tiles"};
    return {static_cast<int>(low), static_cast<int>(high)};
}

geo::Box extent_of(const std::vector<Chosen>& chosen) {
    geo::MercatorBox box;
    for (const auto& c : chosen)
        c.view->each({}, c.filter, {}, [&](const auto& piece, auto row) { box.add(piece.segment->box(row)); });
    if (box.empty()) throw Error{ErrorCode::not_found, "nothing to export: no row with a shape passes", "layer"};
    geo::Box out;
    out.add(geo::to_lon_lat({box.min_x, box.min_y}));
    out.add(geo::to_lon_lat({box.max_x, box.max_y}));
    return out;
}

// Walks down from the lowest zoom's tiles: what is empty stays empty below.
class TileWalk {
public:
    TileWalk(const std::vector<Chosen>& chosen, const Options& options, layers::package::MbtilesWriter& out,
             Progress& progress, std::pair<int, int> zooms, geo::Box area)
        : out_{out}, progress_{progress}, zooms_{zooms}, area_{area} {
        for (const auto& c : chosen) sources_.push_back({c.view, c.filter, c.policy.visible, {}});
        if (!options.datetime.empty()) {
            const auto asked = parse_datetime(options.datetime, "datetime");
            window_ = {asked.from, asked.to};
        }
    }

    void run() {
        const auto low = geo::tile_at({area_.min_x, area_.max_y}, 0);
        visit(low, 1.0);
    }
    std::int64_t dropped() const { return dropped_; }

private:
    // Children of a tile outside [min_zoom, max_zoom] still have to be looked for, but cost nothing to skip.
    void visit(geo::TileId tile, double share) {
        const geo::Box ground = geo::tile_lon_lat_box(tile);
        const bool apart = ground.min_x >= area_.max_x || ground.max_x <= area_.min_x || ground.min_y >= area_.max_y ||
                           ground.max_y <= area_.min_y;
        const bool point_area = area_.min_x == area_.max_x || area_.min_y == area_.max_y;
        if (point_area ? !ground.intersects(area_) : apart) return step(share);
        if (tile.z >= zooms_.first) {
            const auto state_at = window_.to ? window_.to : window_.from;
            const auto built = layers::tiles::build_tile(sources_, tile, window_, state_at, kBudget, {});
            const bool empty = std::ranges::all_of(built.statistics, [](const auto& s) { return s.source == 0; });
            if (empty) return step(share);
            for (const auto& s : built.statistics) dropped_ += s.dropped;
            out_.add(tile, built.mvt);
        }
        if (tile.z == zooms_.second) return step(share);
        for (int child = 0; child < 4; ++child)
            visit({tile.z + 1, tile.x * 2 + (child & 1), tile.y * 2 + (child >> 1)}, share / 4);
    }
    void step(double share) {
        done_ += share;
        progress_.show(done_, std::to_string(out_.tiles()) + " tiles, " + std::to_string(out_.bytes() >> 10) + " KB");
    }

    static constexpr std::size_t kBudget = 500'000;
    layers::package::MbtilesWriter& out_;
    Progress& progress_;
    std::pair<int, int> zooms_;
    geo::Box area_;
    std::vector<layers::tiles::LayerSource> sources_;
    layers::index::TimeWindow window_;
    double done_ = 0;
    std::int64_t dropped_ = 0;
};

std::int64_t count_rows(const Chosen& c) {
    std::int64_t rows = 0;
    c.view->each({}, c.filter, {}, [&](const auto&, auto) { ++rows; });
    return rows;
}

nlohmann::json export_tiles(const std::vector<Chosen>& chosen, const Options& options) {
    const auto zooms = parse_zooms(options.tiles);
    geo::Box area = extent_of(chosen);
    if (!options.bbox.empty()) area = parse_bbox(options.bbox, "OGC:CRS84", "bbox").box;
    area.min_y = std::max(area.min_y, -geo::kMercatorMaxLat_deg);
    area.max_y = std::min(area.max_y, geo::kMercatorMaxLat_deg);

    layers::package::MbtilesInfo info;
    info.name = std::filesystem::path{options.out}.stem().string();
    info.description = "Layers of Sarhad: " + options.layers;
    if (!options.scenario.empty())
        info.description = "SCENARIO " + options.scenario + ", not real. " + info.description;
    std::tie(info.min_zoom, info.max_zoom) = zooms;
    info.bounds = area;
    info.made_at = geo::to_rfc3339({geo::now().us / 1'000'000 * 1'000'000});
    for (const auto& c : chosen) {
        const auto& credit = c.view->layer->attribution;
        if (!credit.empty() && info.attribution.find(credit) == std::string::npos)
            info.attribution += (info.attribution.empty() ? "" : " | ") + credit;
        info.layers.push_back({c.view->layer, layers::tiles::tile_fields(*c.view->layer, c.policy.visible, {})});
    }
    layers::package::MbtilesWriter out{options.out, info};
    Progress progress{"export", options.json};
    TileWalk walk{chosen, options, out, progress, zooms, area};
    walk.run();
    out.finish();
    progress.done(std::to_string(out.tiles()) + " tiles, " + std::to_string(out.bytes() >> 10) + " KB in " +
                  options.out);
    return {{"out", options.out}, {"tiles", out.tiles()}, {"tile_bytes", out.bytes()}, {"dropped", walk.dropped()}};
}

nlohmann::json export_geojson(const std::vector<Chosen>& chosen, const Options& options) {
    if (options.format != "geojson" && options.format != "geojsonseq")
        throw Error{ErrorCode::unsupported_format, "formats in this build: geojson, geojsonseq", "format"};
    if (chosen.size() != 1) throw Error{ErrorCode::invalid_input, "a GeoJSON file holds one layer", "layer"};
    const bool sequence = options.format == "geojsonseq";
    const Chosen& c = chosen.front();
    layers::encode::FeatureWriter writer{*c.view->layer, c.policy.visible, {}, {}};
    std::ofstream file{options.out + ".part", std::ios::binary | std::ios::trunc};
    Progress progress{"export", options.json};
    const std::int64_t total = count_rows(c);
    std::int64_t rows = 0;
    std::string text = sequence ? "" : "{\"type\":\"FeatureCollection\",\"features\":[\n";
    c.view->each_by_id({}, c.filter, {}, [&](const auto& piece, auto row) {
        if (!sequence && rows > 0) text += ",\n";
        writer.append(text, *piece.segment, row);
        if (sequence) text += '\n';
        if (text.size() > 1 << 20) {
            file << text;
            text.clear();
        }
        ++rows;
        progress.show(static_cast<double>(rows) / static_cast<double>(total), std::to_string(rows) + " rows");
        return true;
    });
    if (!sequence) text += "\n]}\n";
    file << text;
    file.close();
    if (!file) throw Error{ErrorCode::storage_failed, "the output file could not be written", "out"};
    std::filesystem::rename(options.out + ".part", options.out);
    progress.done(std::to_string(rows) + " rows in " + options.out);
    return {{"out", options.out}, {"rows", rows}};
}

nlohmann::json run(const Options& options) {
    if (options.tiles.empty() == options.format.empty())
        throw Error{ErrorCode::invalid_input, "say --tiles Z0-Z1 or --format F, one of them", "tiles"};
    if (std::filesystem::exists(options.out))
        throw Error{ErrorCode::conflict, "the output file is there already: " + options.out, "out"};
    if (!std::filesystem::exists(std::filesystem::path{options.data_dir} / layers::store::kDatabaseName))
        throw Error{ErrorCode::not_found, "no data in " + options.data_dir, "data-dir"};
    const auto store = layers::store::open_spatialite(options.data_dir);
    layers::index::ReadModel model{*store, options.data_dir + "/index"};
    const layers::feed::Journal journal{*store, model};
    layers::fuse::Pictures pictures{*store, model, journal};
    layers::index::Sources sources{model, *store};
    sources.add(pictures.derived());
    sources.add(std::make_shared<layers::fuse::SilenceMaps>(model, *store)->derived());
    const auto chosen = choose_layers(sources, options);
    // What leaves the house is in the audit before the first row does.
    store->log_access({.account = "operator",
                       .what = "export",
                       .subject = options.layers,
                       .reason = options.reason,
                       .detail = nlohmann::json{{"form", options.tiles.empty() ? options.format : "mbtiles"},
                                                {"scenario", options.scenario},
                                                {"bbox", options.bbox}}
                                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
    auto result = options.tiles.empty() ? export_geojson(chosen, options) : export_tiles(chosen, options);
    // What stays behind is said: an officer must know that the package is not the whole picture.
    std::int64_t withheld = 0;
    for (const auto& c : chosen) {
        Chosen all = c;
        all.filter = c.policy.filter;
        if (options.filter.empty()) withheld += count_rows(all) - count_rows(c);
    }
    result["withheld_by_handling"] = withheld;
    if (withheld > 0 && !options.json)
        std::fprintf(stderr, "export: %lld rows graded above H0 were left out\n", static_cast<long long>(withheld));
    return result;
}

} // namespace

int export_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Write layers to a file: vector tiles (MBTiles) or GeoJSON. Rows graded above H0 stay behind."};
    line.name("sarhad export");
    line.add_option("--data-dir", options.data_dir, "where the data lives")->required();
    line.add_option("--layer", options.layers, "ids of layers, with commas")->required();
    line.add_option("--tiles", options.tiles, "zooms Z0-Z1: write MBTiles");
    line.add_option("--bbox", options.bbox, "W,S,E,N: only tiles that meet this box");
    line.add_option("--format", options.format, "geojson or geojsonseq: write one layer's rows");
    line.add_option("--filter", options.filter, "CQL2 filter");
    line.add_option("--datetime", options.datetime, "only what was valid then (RFC 3339 instant or interval)");
    line.add_option("--scenario", options.scenario, "rows of this scenario instead of the real world");
    line.add_option("--reason", options.reason, "why, for the audit");
    line.add_option("--out", options.out, "the file to write; must not exist")->required();
    line.add_flag("--json", options.json, "one JSON object on standard output, no progress");
    CLI11_PARSE(line, argc, argv);
    try {
        const auto result = run(options);
        if (options.json) std::printf("%s\n", result.dump().c_str());
        return 0;
    } catch (const geo::Error& error) {
        std::fprintf(stderr, "sarhad export: %s\n", error.what());
        return error.code == ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
