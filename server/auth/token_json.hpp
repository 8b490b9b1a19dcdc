// A token as it is listed: everything but its secret. For the endpoint and the verb alike.
#pragma once

#include "layers/store/store.hpp"

#include <nlohmann/json_fwd.hpp>

namespace server::auth {

// {id, account, agency, roles, state: valid|ended|revoked, created_at, created_by, expires_at}
nlohmann::json token_json(const layers::store::Account& account, geo::Instant now);

} // namespace server::auth
