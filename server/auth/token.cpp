#include "server/auth/token.hpp"

#include "geo/error.hpp"
#include "geo/uuid.hpp"
#include "geo/wrap/crypto.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

namespace server::auth {
namespace {

using geo::Error, geo::ErrorCode;
using layers::access::Caller, layers::store::Account;

constexpr std::string_view kPrefix = "sarhad_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kReasonBytes = 200;

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

} // namespace

std::string token_hash(std::string_view token) {
    return geo::wrap::blake2b_256_hex(token);
}

NewToken create_token(layers::store::Store& store, const std::vector<std::string>& roles, const std::string& agency,
                      std::string account) {
    if (roles.empty()) throw Error{ErrorCode::invalid_input, "a token needs a role", "role"};
    for (const auto& role : roles) {
        if (!layers::access::role_from(role)) throw Error{ErrorCode::invalid_input, "no such role: " + role, "role"};
    }
    if (!is_code(agency)) {
        throw Error{ErrorCode::invalid_input, "an agency's code is lower case letters, digits and _", "agency"};
    }
    if (account.empty()) account = "account-" + geo::to_string(geo::make_uuid7());
    const std::string token = std::string{kPrefix} + geo::wrap::to_hex(geo::wrap::random_bytes(kSecretBytes));
    Account made{token_hash(token), std::move(account), agency, roles, false};
    store.put_account(made);
    return {token, std::move(made)};
}

Caller Authenticator::authenticate(const Request& request) const {
    Caller caller;
    caller.purpose = reason_of(request);
    const auto authorization = only_header(request, "authorization");
    if (!authorization) {
        caller.open = open_;
        caller.account = open_ ? "open" : "";
        if (!open_) caller.roles = {layers::access::Role::public_reader};
        return caller;
    }
    const Account account = account_of(bearer_token(*authorization));
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
    std::uint64_t revocations_before = 0;
    {
        const std::shared_lock lock{mutex_};
        if (const auto it = known_.find(hash); it != known_.end()) return it->second;
        revocations_before = revocations_;
    }
    auto account = store_.find_account(hash);
    if (!account || account->revoked) refuse();
    const std::unique_lock lock{mutex_};
    // Read before a revocation, it may be the revoked one: used this once, not remembered.
    if (revocations_ == revocations_before) known_[hash] = *account;
    return *account;
}

void Authenticator::revoke(const std::string& hash) {
    auto account = store_.find_account(hash);
    if (!account) throw Error{ErrorCode::not_found, "no such token"};
    account->revoked = true;
    store_.put_account(*account);
    const std::unique_lock lock{mutex_};
    ++revocations_;
    known_.erase(hash);
}

} // namespace server::auth
