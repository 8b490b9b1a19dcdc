// What every reading endpoint does first: the layer as this caller may see it, the scenario, the common parameters.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/facts.hpp"
#include "layers/index/filter.hpp"
#include "layers/index/read_model.hpp"
#include "layers/index/withdrawn.hpp"
#include "server/endpoint.hpp"
#include "server/respond.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace server {

// Rows of the type each endpoint that reads features declares.
Param scenario_param();
Param datetime_param();
Param at_param();
Param filter_param();
Param filter_lang_param();
Param collection_id_param();

// Error{not_implemented} in a process that follows no changes (a test, a command).
live::Live& live_of(const AppContext& context);

// The caller, reading the scenario the request names, else the server's own.
layers::access::Caller reading_caller(const AppContext& context, const Request& request, const Params& params);

struct ReadableLayer {
    layers::access::Policy policy;
    std::shared_ptr<const layers::index::View> view;
    const layers::Layer& layer() const { return *view->layer; }
};

// Error{not_found} in the same words whether the layer is not there or not for this caller.
ReadableLayer readable_layer(const AppContext& context, const layers::access::Caller& caller, std::string_view id);

// The layer as it was stored at `at`, by today's release. Error{cancelled} when `stop` is set.
std::shared_ptr<const layers::index::View> past_view(const AppContext& context, const layers::access::Caller& caller,
                                                     const ReadableLayer& readable, geo::Instant at,
                                                     const std::stop_token& stop);

// Whether the caller may see a row that was found in readable.view.
bool may_see(const ReadableLayer& readable, const layers::index::View::Found& found);

// Lives no longer than `readable`.
layers::index::Withdrawn withdrawn_for(const AppContext& context, const ReadableLayer& readable);

// The caller's filter= and filter-lang=, bound to what the caller may name; `always` when there is none.
layers::query::ExpressionPtr bound_filter(const Params& params, const ReadableLayer& readable);

layers::index::TimeWindow time_window(const Params& params);

// For layers with appended states: the end of the window, or its start, or nothing.
std::optional<geo::Instant> state_time(const layers::index::TimeWindow& window);

// The collection's object as /collections lists it.
nlohmann::json collection_json(const AppContext& context, const std::string& base, const ReadableLayer& readable);

// Cache-Control for what depends on who asks.
void private_answer(const Request& request, Response& response);

} // namespace server
