#include "server/endpoints/tokens.hpp"

#include "server/auth/token.hpp"
#include "server/auth/token_json.hpp"
#include "server/endpoints/editing.hpp"
#include "server/endpoints/rights.hpp"
#include "server/live/live.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::access::Caller;
using layers::access::Role;
using nlohmann::json;

// What an agency's administrator may hand out. Not rescue and protection: they see other agencies' rows.
constexpr Role kOwnRoles[] = {Role::agency_head, Role::agency_admin, Role::analyst,
                              Role::planner,     Role::field_unit,   Role::viewer};

bool own_roles_only(const std::vector<std::string>& names) {
    return std::ranges::all_of(names, [](const auto& name) {
        const auto role = layers::access::role_from(name);
        return !role || std::ranges::find(kOwnRoles, *role) != std::end(kOwnRoles);
    });
}

bool everywhere(const Caller& caller) {
    return caller.open || caller.has(Role::administrator);
}

// Another agency's token is not there for an agency's administrator.
bool is_visible(const Caller& caller, const layers::store::Account& account) {
    return everywhere(caller) || (!caller.agency.empty() && account.agency == caller.agency);
}

void demand_administrator(const Caller& caller) {
    demand_role(caller, {Role::administrator, Role::agency_admin});
}

auth::By by(const Caller& caller, const std::string& reason) {
    return {caller.account, caller.agency, reason.empty() ? caller.purpose : reason};
}

Response list_tokens(AppContext& context, Request& request, const PathParams&, const Params& params) {
    demand_administrator(request.caller);
    const auto now = geo::now();
    json tokens = json::array();
    for (const auto& account : context.store->accounts())
        if (is_visible(request.caller, account)) tokens.push_back(auth::token_json(account, now));
    const json links{link(base_url(context, request) + "/tokens", "self", "application/json")};
    return no_store(document_response(context, request, params, "Tokens", {{"tokens", tokens}, {"links", links}}));
}

std::string text_member(const json& body, const char* name) {
    const auto it = body.find(name);
    if (it == body.end() || it->is_null()) return {};
    if (!it->is_string()) throw Error{ErrorCode::invalid_input, "a text is expected", "/" + std::string{name}};
    return it->get<std::string>();
}

auth::TokenWish wish_of(const Caller& caller, const json& body) {
    for (const auto& [name, value] : body.items()) {
        static constexpr std::string_view kMembers[] = {"roles", "agency", "account", "expires", "reason"};
        if (std::ranges::find(kMembers, name) == std::end(kMembers))
            throw Error{ErrorCode::invalid_input, "there is no such member", "/" + name};
    }
    auth::TokenWish wish;
    const auto roles = body.find("roles");
    const bool texts = roles != body.end() && roles->is_array() &&
                       std::ranges::all_of(*roles, [](const json& role) { return role.is_string(); });
    if (!texts) throw Error{ErrorCode::invalid_input, "roles are a list of texts", "/roles"};
    wish.roles = roles->get<std::vector<std::string>>();
    wish.agency = body.contains("agency") ? text_member(body, "agency") : caller.agency;
    wish.account = text_member(body, "account");
    if (const auto end = text_member(body, "expires"); !end.empty())
        wish.expires_at = auth::expiry_from(end, geo::now());
    if (everywhere(caller)) return wish;
    if (wish.agency != caller.agency || caller.agency.empty())
        throw Error{ErrorCode::forbidden, "an agency's administrator makes tokens of the own agency", "/agency"};
    if (!own_roles_only(wish.roles))
        throw Error{ErrorCode::forbidden, "this role is given by the administrator", "/roles"};
    return wish;
}

Response create_token(AppContext& context, Request& request, const PathParams&, const Params&) {
    demand_administrator(request.caller);
    const json body = read_object_body(request.body);
    const auto wish = wish_of(request.caller, body);
    if (!everywhere(request.caller)) {
        for (const auto& known : context.store->accounts())
            if (known.account == wish.account && !own_roles_only(known.roles))
                throw Error{ErrorCode::forbidden, "this account is the administrator's to give", "/account"};
    }
    const auto made = auth::create_token(*context.store, wish, by(request.caller, text_member(body, "reason")));
    auto document = auth::token_json(made.account, geo::now());
    document["token"] = made.token;
    auto response = no_store(json_response(document, "application/json", 201));
    response.set("Location", base_url(context, request) + "/tokens/" + auth::token_id(made.account));
    return response;
}

Response revoke_token(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    demand_administrator(request.caller);
    const auto account = auth::find_token(*context.store, path.text("id"));
    if (!account || !is_visible(request.caller, *account)) throw Error{ErrorCode::not_found, "no such token"};
    const bool own = account->account == request.caller.account;
    if (!everywhere(request.caller) && !own && !own_roles_only(account->roles))
        throw Error{ErrorCode::forbidden, "this token is the administrator's to end"};
    const auto ended = auth::revoke_token(*context.store, path.text("id"), by(request.caller, params.text("reason")));
    if (context.live) context.live->hub.wake(); // its streams end now, not at their next event
    return no_store(json_response(auth::token_json(ended, geo::now())));
}

} // namespace

std::vector<Endpoint> tokens_endpoints() {
    const std::string tag = "Access";
    const std::string object = R"({"type": "object", "additionalProperties": true})";
    return {
        {.method = "GET",
         .path = "/tokens",
         .operation_id = "getTokens",
         .summary = "Tokens without their secrets: all for an administrator, the agency's for its administrator.",
         .tag = tag,
         .params = {format_param()},
         .handler = list_tokens,
         .answer = {.media_types = {"application/json", "text/html"}, .schema = object},
         .problems = {401, 403}},
        {.method = "POST",
         .path = "/tokens",
         .operation_id = "createToken",
         .summary = "Make an account with a token: {roles, agency, account?, expires?: 90d|instant, reason?}. The "
                    "token is in this answer and nowhere else.",
         .tag = tag,
         .handler = create_token,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .request = {.media_types = {"application/json"}, .schema = object},
         .status = 201,
         .problems = {401, 403}},
        {.method = "DELETE",
         .path = "/tokens/{id}",
         .operation_id = "revokeToken",
         .summary = "End a token: refused everywhere from this answer on.",
         .tag = tag,
         .params = {{.name = "reason", .description = "Why, for the audit", .max_bytes = 200}},
         .handler = revoke_token,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .problems = {401, 403}},
    };
}

} // namespace server
