#include "server/endpoints/rights.hpp"

#include <algorithm>

namespace server {

using geo::Error;
using geo::ErrorCode;

void demand_role(const layers::access::Caller& caller, std::initializer_list<layers::access::Role> roles) {
    if (caller.open) return;
    if (caller.account.empty()) throw Error{ErrorCode::unauthenticated, "This is not for everyone: send your token."};
    if (std::ranges::any_of(roles, [&](auto role) { return caller.has(role); })) return;
    std::string needed;
    for (const auto role : roles) needed += (needed.empty() ? "" : " or ") + std::string{layers::access::name(role)};
    throw Error{ErrorCode::forbidden, "this takes the role " + needed};
}

Response no_store(Response response) {
    response.set("Cache-Control", "private, no-store");
    return response;
}

} // namespace server
