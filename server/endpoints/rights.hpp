// Who may ask, for endpoints that are for some roles only. Knows roles, no layer.
#pragma once

#include "server/request.hpp"

#include <initializer_list>

namespace server {

// Passes a caller with one of the roles, and everyone with --open. Error{unauthenticated} without a token,
// Error{forbidden} with one that has none of them.
void demand_role(const layers::access::Caller& caller, std::initializer_list<layers::access::Role> roles);

// An answer that nobody may keep.
Response no_store(Response response);

} // namespace server
