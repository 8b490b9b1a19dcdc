#include "server/endpoints/me.hpp"

#include "server/respond.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using nlohmann::json;

// Only what the caller's own token says: a page learns nothing here that its requests would not tell it.
Response who_asks(AppContext&, Request& request, const PathParams&, const Params&) {
    const auto& caller = request.caller;
    json roles = json::array();
    for (const auto role : caller.roles) roles.push_back(layers::access::name(role));
    auto response = json_response({{"account", caller.account},
                                   {"agency", caller.agency.empty() ? json(nullptr) : json(caller.agency)},
                                   {"roles", std::move(roles)},
                                   {"open", caller.open}});
    response.set("Cache-Control", "no-store");
    return response;
}

} // namespace

std::vector<Endpoint> me_endpoints() {
    return {
        {.method = "GET",
         .path = "/me",
         .operation_id = "getMe",
         .summary = "Account, agency and roles of the caller; open: everyone may do everything (--open)",
         .tag = "Access",
         .handler = who_asks,
         .answer = {.media_types = {"application/json"}, .schema = {}, .description = "Who asks"},
         .problems = {401}},
    };
}

} // namespace server
