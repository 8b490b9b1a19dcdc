#include "server/endpoints/reading.hpp"

#include "layers/index/sources.hpp"
#include "layers/store/store.hpp"

#include <nlohmann/json.hpp>

namespace server {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

Param scenario_param() {
    return {.name = "scenario",
            .description = "Name of a scenario to read instead of the real world; 'real' for the real world",
            .max_bytes = 64};
}

Param datetime_param() {
    return {.name = "datetime",
            .kind = ParamKind::datetime,
            .description = "Rows whose valid time meets this instant or interval (RFC 3339, '..' for an open end)"};
}

Param at_param() {
    return {.name = "at",
            .kind = ParamKind::instant,
            .description = "What was stored at this instant (RFC 3339), whatever was changed since"};
}

Param filter_param() {
    return {.name = "filter", .description = "CQL2 filter", .secret = true, .max_bytes = 65'536};
}

Param filter_lang_param() {
    return {.name = "filter-lang",
            .kind = ParamKind::choice,
            .description = "Language of the filter",
            .choices = {"cql2-text", "cql2-json"}};
}

Param collection_id_param() {
    return {.name = "id", .description = "Id of a collection", .in_path = true, .required = true};
}

live::Live& live_of(const AppContext& context) {
    if (!context.live) throw Error{ErrorCode::not_implemented, "This process follows no changes."};
    return *context.live;
}

layers::access::Caller reading_caller(const AppContext& context, const Request& request, const Params& params) {
    layers::access::Caller caller = request.caller;
    caller.scenario = context.config.demo ? "demo" : "";
    if (params.has("scenario")) {
        caller.scenario = params.text("scenario");
        if (caller.scenario == "real") caller.scenario.clear();
    }
    return caller;
}

ReadableLayer readable_layer(const AppContext& context, const layers::access::Caller& caller, std::string_view id) {
    auto found = context.sources->find(caller, id);
    if (!found) throw Error{ErrorCode::not_found, "no such collection"};
    return {std::move(found->policy), std::move(found->view)};
}

std::shared_ptr<const layers::index::View> past_view(const AppContext& context, const layers::access::Caller& caller,
                                                     const ReadableLayer& readable, geo::Instant at,
                                                     const std::stop_token& stop) {
    return context.sources->past(caller, {readable.policy, readable.view}, context.store->seq_at(at), {}, stop);
}

bool may_see(const ReadableLayer& readable, const layers::index::View::Found& found) {
    return layers::index::SegmentFilter{*found.piece->segment, readable.layer(), readable.policy.filter, {}}(found.row);
}

layers::index::Withdrawn withdrawn_for(const AppContext& context, const ReadableLayer& readable) {
    return {*readable.view, readable.policy.filter, *context.store};
}

layers::query::ExpressionPtr bound_filter(const Params& params, const ReadableLayer& readable) {
    const std::string text = params.text("filter");
    if (text.empty()) return layers::query::always();
    const bool as_json = params.text("filter-lang") == "cql2-json";
    const auto parsed = as_json ? layers::query::parse_cql2_json(text) : layers::query::parse_cql2_text(text);
    return layers::query::bind(parsed, readable.layer(), readable.policy.visible);
}

layers::index::TimeWindow time_window(const Params& params) {
    const auto asked = params.datetime();
    if (!asked) return {};
    return {asked->from, asked->to};
}

std::optional<geo::Instant> state_time(const layers::index::TimeWindow& window) {
    return window.to ? window.to : window.from;
}

json collection_json(const AppContext& context, const std::string& base, const ReadableLayer& readable) {
    const auto& layer = readable.layer();
    const auto facts = context.facts->get(*readable.view, readable.policy);
    const std::string self = base + "/collections/" + layer.id;
    json out{{"id", layer.id},
             {"title", layer.title},
             {"description", layer.description},
             {"itemType", "feature"},
             {"crs", known_crs()},
             {"storageCrs", known_crs().front()},
             {"sarhad",
              {{"geometry", layers::name(layer.geometry)},
               {"count", facts.rows},
               {"without_shape", facts.without_shape},
               {"reference", layer.reference},
               {"writable", readable.policy.may_write},
               {"attribution", layer.attribution}}},
             {"links",
              {link(self, "self", "application/json", layer.title),
               link(self + "/items", "items", "application/geo+json", "Features"),
               link(self + "/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                    "application/schema+json", "Queryables"),
               link(self + "/schema", "describedby", "application/schema+json", "Schema"),
               link(self + "/tiles", "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", "application/json",
                    "Vector tiles")}}};
    if (!layer.attribution.empty()) out["attribution"] = layer.attribution;
    if (!facts.extent.empty()) {
        const auto& e = facts.extent;
        out["extent"]["spatial"] = {{"bbox", {{e.min_x, e.min_y, e.max_x, e.max_y}}},
                                    {"crs", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}};
    }
    if (facts.earliest || facts.latest) {
        const auto text = [](const auto& t) { return t ? json(geo::to_rfc3339(*t)) : json(nullptr); };
        out["extent"]["temporal"]["interval"] = json::array({json::array({text(facts.earliest), text(facts.latest)})});
    }
    return out;
}

void private_answer(const Request& request, Response& response) {
    const bool shared = request.caller.open || request.caller.account.empty();
    response.set("cache-control", shared ? "no-cache" : "private, no-cache");
}

} // namespace server
