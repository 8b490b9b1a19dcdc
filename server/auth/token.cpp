#include "server/auth/token.hpp"

#include "geo/error.hpp"
#include "geo/uuid.hpp"
#include "geo/wrap/crypto.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <nlohmann/json.hpp>

namespace server::auth {
namespace {

using geo::Error, geo::ErrorCode;
using layers::access::Caller, layers::store::Account;

constexpr std::string_view kPrefix = "sarhad_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kReasonBytes = 200;
constexpr std::size_t kIdDigits = 16;

[[noreturn]] void refuse() {
    throw Error{ErrorCode::unauthenticated, "the token is not valid"};
}

// The one value of a header; two of them are refused, since a proxy may have read the other one.
std::optional<std::string_view> only_header(const Request& request, std::string_view lower_case_name) {
    std::optional<std::string_view> found;
    for (const auto& [name, value] : request.headers) {
        if (name != lower_case_name) continue;
        if (found) return std::string_view{};
        found = value;
    }
    return found;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
    return std::ranges::equal(a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

std::string_view bearer_token(std::string_view authorization) {
    const auto space = authorization.find(' ');
    if (space == authorization.npos || !equal_ignoring_case(authorization.substr(0, space), "bearer")) refuse();
    const std::string_view token = trimmed(authorization.substr(space));
    const bool well_formed = token.size() == kPrefix.size() + 2 * kSecretBytes && token.starts_with(kPrefix) &&
                             token.find_first_not_of("0123456789abcdef", kPrefix.size()) == token.npos;
    if (!well_formed) refuse();
    return token;
}

std::string reason_of(const Request& request) {
    const std::string_view reason = trimmed(only_header(request, "sarhad-reason").value_or(""));
    const bool control =
        std::ranges::any_of(reason, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (reason.size() > kReasonBytes || control) {
        throw Error{ErrorCode::invalid_input, "a reason has at most 200 bytes and no control characters",
                    "Sarhad-Reason"};
    }
    return std::string{reason};
}

bool is_code(std::string_view text) {
    return text.size() <= 63 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

bool is_plain(std::string_view id) {
    return id.size() <= 100 && std::ranges::all_of(id, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                      c == '-' || c == '.' || c == '@';
           });
}

layers::audit::Access access_by(const By& by, const char* what, const Account& account) {
    layers::audit::Access access;
    access.account = by.account;
    access.agency = by.agency;
    access.reason = by.reason;
    access.what = what;
    access.subject = token_id(account);
    nlohmann::json detail{{"account", account.account}, {"agency", account.agency}, {"roles", account.roles}};
    if (account.expires_at) detail["expires_at"] = geo::to_rfc3339(*account.expires_at);
    access.detail = detail.dump();
    return access;
}

} // namespace

std::string token_hash(std::string_view token) {
    return geo::wrap::blake2b_256_hex(token);
}

std::string token_id(const Account& account) {
    return account.token_hash.substr(0, kIdDigits);
}

NewToken create_token(layers::store::Store& store, const TokenWish& wish, const By& by) {
    const auto refuse_wish = [](const std::string& why, const char* where) {
        throw Error{ErrorCode::invalid_input, why, where};
    };
    if (wish.roles.empty()) refuse_wish("a token needs a role", "role");
    for (const auto& role : wish.roles) {
        if (!layers::access::role_from(role)) refuse_wish("no such role: " + role, "role");
    }
    if (!is_code(wish.agency)) refuse_wish("an agency's code is lower case letters, digits and _", "agency");
    if (!is_plain(wish.account)) refuse_wish("an account's id is letters, digits and _ - . @", "account");
    if (wish.account == "operator" || wish.account == "open")
        refuse_wish("this account is the server's own", "account");
    const geo::Instant now = geo::now();
    if (wish.expires_at && *wish.expires_at <= now) refuse_wish("the end has passed", "expires");
    Account made;
    made.account = wish.account.empty() ? "account-" + geo::to_string(geo::make_uuid7()) : wish.account;
    made.agency = wish.agency;
    made.roles = wish.roles;
    made.created_at = now;
    made.expires_at = wish.expires_at;
    made.created_by = by.account;
    const std::string token = std::string{kPrefix} + geo::wrap::to_hex(geo::wrap::random_bytes(kSecretBytes));
    made.token_hash = token_hash(token);
    store.put_account(made, access_by(by, "token_created", made));
    return {token, std::move(made)};
}

std::optional<Account> find_token(const layers::store::Store& store, std::string_view id) {
    for (auto& account : store.accounts())
        if (token_id(account) == id) return std::move(account);
    return {};
}

Account revoke_token(layers::store::Store& store, std::string_view id, const By& by) {
    auto account = find_token(store, id);
    if (!account) throw Error{ErrorCode::not_found, "no such token"};
    if (account->revoked) return *account;
    account->revoked = true;
    store.put_account(*account, access_by(by, "token_revoked", *account));
    return *account;
}

geo::Instant expiry_from(const std::string& text, geo::Instant now) {
    constexpr std::int64_t kMost_h = 24 * 365 * 100;
    if (const auto instant = geo::from_rfc3339(text)) return *instant;
    const auto hours = [&]() -> double {
        if (text.size() < 2) return 0;
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, number);
        if (error != std::errc{} || end != text.data() + text.size() - 1 || number <= 0) return 0;
        if (number > kMost_h) return 0;
        switch (text.back()) {
        case 'd':
            return static_cast<double>(number) * 24;
        case 'h':
            return static_cast<double>(number);
        case 'm':
            return static_cast<double>(number) / 60;
        default:
            return 0;
        }
    }();
    if (hours <= 0 || hours > static_cast<double>(kMost_h)) {
        throw Error{ErrorCode::invalid_input, "an end is a time like 90d, 12h or 30m, or an RFC 3339 instant",
                    "expires"};
    }
    return {now.us + static_cast<std::int64_t>(hours * 3'600'000'000.0)};
}

Caller Authenticator::authenticate(const Request& request) const {
    Caller caller;
    caller.purpose = reason_of(request);
    const auto authorization = only_header(request, "authorization");
    if (!authorization) {
        caller.open = options_.open;
        caller.account = options_.open ? "open" : "";
        if (!options_.open) caller.roles = {layers::access::Role::public_reader};
        return caller;
    }
    const std::string_view token = bearer_token(*authorization);
    if (!options_.operator_token.empty() && geo::wrap::equal_in_constant_time(token, options_.operator_token)) {
        caller.account = "operator";
        caller.roles = {layers::access::Role::administrator, layers::access::Role::auditor};
        return caller;
    }
    const Account account = account_of(token);
    caller.account = account.account;
    caller.agency = account.agency;
    for (const auto& name : account.roles) {
        // A role that this version doesn't know gives nothing.
        if (const auto role = layers::access::role_from(name)) caller.roles.push_back(*role);
    }
    return caller;
}

Account Authenticator::account_of(std::string_view token) const {
    const std::string hash = token_hash(token);
    const auto valid = [this](const Account& account) {
        return !account.revoked && (!account.expires_at || options_.clock() < *account.expires_at);
    };
    // Read before the account: what is found afterwards is at least as new as this.
    const std::uint64_t revision = store_.accounts_revision();
    {
        const std::shared_lock lock{mutex_};
        const auto it = known_revision_ == revision ? known_.find(hash) : known_.end();
        if (it != known_.end()) {
            if (!valid(it->second)) refuse();
            return it->second;
        }
    }
    auto account = store_.find_account(hash);
    if (!account || !valid(*account)) refuse();
    const std::unique_lock lock{mutex_};
    if (known_revision_ < revision) {
        known_.clear();
        known_revision_ = revision;
    }
    // Another caller may have seen a newer revision meanwhile: this one is used once, not remembered.
    if (known_revision_ == revision) known_[hash] = *account;
    return *account;
}

} // namespace server::auth
