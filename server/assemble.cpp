#include "server/assemble.hpp"

#include "geo/raster.hpp"
#include "layers/fuse/silence_maps.hpp"
#include "layers/index/facts.hpp"
#include "layers/index/read_model.hpp"
#include "layers/index/sources.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "layers/tiles/tile_service.hpp"
#include "server/auth/token.hpp"
#include "server/endpoints/editing.hpp"
#include "server/jobs/manager.hpp"
#include "server/live/live.hpp"
#include "server/log.hpp"
#include "server/metrics.hpp"
#include "server/read_ledger.hpp"
#include "server/router.hpp"
#include "server/routes.hpp"
#include "server/seal_expiry.hpp"

#include <filesystem>
#include <unistd.h>

namespace server {
namespace {

// Snapshots of the index; none where the folder is missing and can't be made.
std::string index_folder(const std::string& data_dir) {
    const std::string folder = data_dir + "/index";
    std::error_code trouble;
    std::filesystem::create_directories(folder, trouble);
    return trouble ? "" : folder;
}

// The store, and the read model that follows it; tiles are cut from that.
void open_data(AppContext& context) {
    const Config& config = context.config;
    context.store = layers::store::open_spatialite(config.data_dir, {.read_only_too = true});
    context.index = std::make_shared<layers::index::ReadModel>(
        *context.store, index_folder(config.data_dir), [](const std::string& line) {
            log::write(log::Level::info, "loaded", {{"layer", line}});
        });
    context.live = std::make_shared<live::Live>(
        *context.store, *context.index, config.data_dir, static_cast<std::size_t>(config.events_kept),
        live::HubOptions{.most_streams = static_cast<std::size_t>(config.max_streams)},
        layers::alert::WatchOptions{.trouble = [](const std::string& why) {
            log::write(log::Level::error, "alert not raised", {{"why", std::string_view{why}}});
        }});
    context.seals = std::make_shared<SealExpiry>(context.store, context.index);
    jobs::Manager::Options job_options;
    job_options.on_change = [live = context.live.get()](const jobs::Job& job) {
        live->hub.board().put(job.owner, job.id, {"job", jobs::status_info(job)});
    };
    context.jobs = std::make_shared<jobs::Manager>(std::move(job_options));
    context.sections = std::make_shared<SectionCache>(context);
    context.sources = std::make_shared<layers::index::Sources>(*context.index, *context.store);
    context.sources->add(context.live->pictures.derived());
    context.sources->add(std::make_shared<layers::fuse::SilenceMaps>(*context.index, *context.store)->derived());
    context.facts = std::make_shared<layers::index::FactsCache>();
    context.tiles = std::make_shared<layers::tiles::TileService>(
        *context.sources, *context.store,
        layers::tiles::TileService::Options{.budget_bytes = config.tile_budget_bytes,
                                            .cache_bytes = config.tile_cache_bytes});
    if (!config.elevation.empty()) context.elevation = std::make_shared<geo::Raster>(config.elevation);
    context.metrics->gauge("sarhad_event_streams", "Open event streams.",
                           [live = context.live.get()] { return static_cast<double>(live->hub.streams()); });
    const auto tiles = context.tiles;
    context.metrics->gauge("sarhad_tiles_built", "Tiles built since the start.",
                           [tiles] { return static_cast<double>(tiles->built()); });
    context.metrics->gauge("sarhad_tile_cache_bytes", "Bytes of tiles kept in memory.",
                           [tiles] { return static_cast<double>(tiles->cache().bytes()); });
}

// Looked at when someone asks, cheap enough for every few seconds. Reads go on in all of these states.
std::string not_ready(const AppContext& context) {
    constexpr std::uint64_t kLeastFree_bytes = 64u << 20;
    const auto& folder = context.config.data_dir;
    if (const auto why = context.store->trouble()) return "Changes can't be stored: " + *why + ".";
    if (const auto why = context.store->audit_trouble()) return "The audit can't go on: " + *why + ".";
    if (const auto why = context.live->alert_watch.trouble()) return "Alerts can't be raised: " + *why + ".";
    if (::access(folder.c_str(), W_OK) != 0) return "The data folder can't be written.";
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    if (error) return "The data folder can't be reached.";
    if (space.available < kLeastFree_bytes) return "The disk is nearly full: writes will be refused.";
    try {
        context.store->last_seq();
    } catch (const geo::Error&) {
        return "The store can't be read.";
    }
    return {};
}

// For the verbs that go through this server; a directory that can't be written has none.
std::string operator_token(const std::string& data_dir) {
    try {
        return auth::make_operator_token(data_dir);
    } catch (const geo::Error&) {
        return {};
    }
}

} // namespace

std::shared_ptr<AppContext> assemble(Config config) {
    auto context = std::make_shared<AppContext>();
    context->config = std::move(config);
    context->metrics = std::make_shared<Metrics>();
    context->router = std::make_shared<const Router>(all_endpoints());
    open_data(*context);
    const auto authenticator = std::make_shared<const auth::Authenticator>(
        *context->store, auth::Authenticator::Options{.open = context->config.open,
                                                      .operator_token = operator_token(context->config.data_dir)});
    const auto ledger = std::make_shared<ReadLedger>(*context->store);
    context->authenticate = [authenticator, ledger](const Request& request) {
        auto caller = authenticator->authenticate(request);
        ledger->before(request, caller); // no answer to what can't be accounted for
        return caller;
    };
    context->not_ready = [raw = context.get()] { return not_ready(*raw); };
    return context;
}

} // namespace server
