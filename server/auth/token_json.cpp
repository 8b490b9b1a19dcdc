#include "server/auth/token_json.hpp"

#include "server/auth/token.hpp"

#include <nlohmann/json.hpp>

namespace server::auth {

nlohmann::json token_json(const layers::store::Account& account, geo::Instant now) {
    using nlohmann::json;
    const bool ended = account.expires_at && *account.expires_at <= now;
    // Before these were kept nobody wrote them down.
    const auto known = [](const auto& value, const std::string& text) { return value ? json(text) : json(nullptr); };
    return {{"id", token_id(account)},
            {"account", account.account},
            {"agency", account.agency},
            {"roles", account.roles},
            {"state", account.revoked ? "revoked"
                      : ended         ? "ended"
                                      : "valid"},
            {"created_at", known(account.created_at.us != 0, geo::to_rfc3339(account.created_at))},
            {"created_by", known(!account.created_by.empty(), account.created_by)},
            {"expires_at", known(account.expires_at, geo::to_rfc3339(account.expires_at.value_or(geo::Instant{})))}};
}

} // namespace server::auth
