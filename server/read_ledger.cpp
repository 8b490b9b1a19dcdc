#include "server/read_ledger.hpp"

#include "server/http/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace server {
namespace {

using layers::AccessClass;
using layers::Layer;
using layers::access::Caller;
using layers::access::Role;
using nlohmann::json;

constexpr int kAreaZooms = 4;              // an area is 16 by 16 tiles of the zoom that was asked for
constexpr std::size_t kMostAreas = 10'000; // remembered for a minute; beyond that each tile is logged
constexpr std::int64_t kMinute_us = 60'000'000;

// Nothing of a row is in what these answer. All other paths are taken to show rows: a new one is logged until somebody
// says that it need not be.
constexpr std::string_view kHarmless[] = {
    "",     "health",         "ready",  "metrics", "api",     "conformance", "me",  "tokens", "audit",  "backups",
    "jobs", "tileMatrixSets", "styles", "fonts",   "sprites", "raster",      "map", "assets", "import", "favicon.ico"};

bool gives_more_for_a_reason(const Caller& caller) {
    return !caller.open && !caller.purpose.empty() &&
           (caller.has(Role::agency_admin) || caller.has(Role::analyst) || caller.has(Role::protection) ||
            caller.has(Role::rescue));
}

bool holds_need_to_know(const Layer& layer) {
    return layer.id == "facilities" || std::ranges::any_of(layer.fields, [](const layers::Field& field) {
               return field.access == AccessClass::need_to_know || field.access == AccessClass::sealed;
           });
}

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return {};
    if (end != text.data() + text.size() && *end != '.') return {}; // "17.mvt"
    return number;
}

struct Asked {
    std::string layers;              // ids with commas; empty: whichever
    std::string item;                // id of a feature
    std::optional<std::string> area; // of tiles: the zoom that was asked for and the area's tile
};

// "/tiles/{layers}/{z}/{x}/{y}.mvt" or "/collections/{id}/tiles/{set}/{z}/{y}/{x}": the last three numbers.
void read_tile(const std::vector<std::string>& path, bool row_first, Asked& asked) {
    if (path.size() < 3) return;
    const auto z = number_in(path[path.size() - 3]), a = number_in(path[path.size() - 2]), b = number_in(path.back());
    if (!z || !a || !b || *z > 30) return;
    const int up = std::min(*z, kAreaZooms);
    const int x = (row_first ? *b : *a) >> up, y = (row_first ? *a : *b) >> up;
    asked.area = "zoom " + std::to_string(*z) + " in tile " + std::to_string(*z - up) + "/" + std::to_string(x) + "/" +
                 std::to_string(y);
}

Asked read_path(const std::vector<std::string>& path) {
    Asked asked;
    const bool tiles = path[0] == "tiles", collection = path[0] == "collections";
    if ((tiles || collection) && path.size() > 1) asked.layers = path[1];
    if (path[0] == "events") asked.area = "stream"; // its token is asked again every few seconds
    if (tiles) read_tile(path, false, asked);
    if (collection && path.size() > 3 && path[2] == "items") asked.item = path[3];
    if (path[0] == "processes" && path.size() > 1) asked.item = path[1]; // which was run, or described
    if (collection && path.size() > 3 && path[2] == "tiles") read_tile(path, true, asked);
    return asked;
}

// Those of the layers asked for whose reading must be accounted for.
std::string accountable(const Asked& asked, const layers::Catalogue& catalogue) {
    std::string found;
    for (std::string_view rest = asked.layers; !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        std::string_view id = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (id.ends_with(".json")) id.remove_suffix(5);
        const auto layer = catalogue.find(id);
        // What is made of such rows may be shown with them (why an event is what it is).
        const bool derived =
            std::ranges::find(layers::derived_layers(), id, &Layer::id) != layers::derived_layers().end();
        if (derived || (layer && holds_need_to_know(*layer))) (found += found.empty() ? "" : ",") += id;
    }
    return found;
}

} // namespace

void ReadLedger::before(const Request& request, const Caller& caller) {
    if (!gives_more_for_a_reason(caller)) return;
    const auto path = http::parse_target(request.target).segments;
    if (path.empty() || std::ranges::find(kHarmless, path[0]) != std::end(kHarmless)) return;
    const Asked asked = read_path(path);
    const std::string subject = accountable(asked, store_.catalogue());
    if (!asked.layers.empty() && subject.empty()) return; // layers that anyone may read whole, or none
    if (asked.area &&
        !is_new_in_this_minute(caller.account + '\n' + caller.purpose + '\n' + subject + '\n' + *asked.area))
        return;
    json detail{{"method", request.method}, {"operation", request.route}};
    if (!asked.item.empty()) detail["item"] = asked.item;
    if (asked.area) detail["area"] = *asked.area;
    store_.log_access({.account = caller.account,
                       .agency = caller.agency,
                       .what = path[0] == "events" ? "events"
                               : asked.area        ? "tiles"
                                                   : "read",
                       .subject = subject.empty() ? path[0] : subject,
                       .reason = caller.purpose,
                       .detail = detail.dump(-1, ' ', false, json::error_handler_t::replace)});
    if (!asked.area) return;
    const std::lock_guard lock{mutex_};
    if (seen_.size() < kMostAreas)
        seen_.insert(caller.account + '\n' + caller.purpose + '\n' + subject + '\n' + *asked.area);
}

// It counts as seen only once its line is durable: two at a time may both write one, none goes without.
bool ReadLedger::is_new_in_this_minute(const std::string& tiles) {
    const std::lock_guard lock{mutex_};
    const std::int64_t minute = clock_().us / kMinute_us;
    if (minute != minute_) seen_.clear();
    minute_ = minute;
    return !seen_.contains(tiles);
}

} // namespace server
