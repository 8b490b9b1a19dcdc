// Bearer tokens (RFC 6750): 256 random bits, shown once, kept only as their BLAKE2b-256 hash, so that a stolen database
// opens no door. Knows the store's accounts and the roles' names; what a role may see is the policy's business.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/store/store.hpp"
#include "server/request.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace server::auth {

struct NewToken {
    std::string token; // "sarhad_" and 64 hexadecimal digits: the only time it is seen
    layers::store::Account account;
};

// Who makes or ends a token, and why: goes into the audit with it.
struct By {
    std::string account;
    std::string agency = {};
    std::string reason = {};
};

struct TokenWish {
    std::vector<std::string> roles;
    std::string agency;
    std::string account = {};                    // empty: an id is made up
    std::optional<geo::Instant> expires_at = {}; // nothing: valid until revoked
};

// Makes an account with a token; durable on return. Error{invalid_input} with `role`, `agency`, `account` or `expires`
// for a role that doesn't exist, no role at all, an agency's code that isn't snake_case, an account's id that isn't
// plain, or an end that has passed.
NewToken create_token(layers::store::Store& store, const TokenWish& wish, const By& by);

// Ends a token: durable on return, and refused by every Authenticator of this store from then on. Error{not_found} when
// there is none of that id. A token that has ended already is left alone. Returns its account.
layers::store::Account revoke_token(layers::store::Store& store, std::string_view id, const By& by);

std::string token_hash(std::string_view token); // BLAKE2b-256, hexadecimal
// What a token is called where it is listed: the first 16 digits of its hash, which open nothing.
std::string token_id(const layers::store::Account& account);
// The account of the token of that id; nothing when there is none.
std::optional<layers::store::Account> find_token(const layers::store::Store& store, std::string_view id);

// "90d", "12h", "30m", or an RFC 3339 instant. Error{invalid_input} with `expires`.
geo::Instant expiry_from(const std::string& text, geo::Instant now);

// Who asks. Thread-safe. Remembers accounts, and forgets them when the store says that one has changed: a revocation
// holds from the moment it is acknowledged.
class Authenticator {
public:
    struct Options {
        bool open = false; // a caller without a token may do everything (--open)
        // A token that only who may read the data directory knows, for the verbs of the command line: it stands for the
        // operator, with the roles administrator and auditor. Empty: none.
        std::string operator_token = {};
        std::function<geo::Instant()> clock = geo::now; // for tokens that end
    };
    // `store` must outlive this.
    Authenticator(layers::store::Store& store, Options options) : store_{store}, options_{std::move(options)} {}

    // From `Authorization: Bearer …` and `Sarhad-Reason`. No Authorization: the public, or all-may-do with --open.
    // Error{unauthenticated} for a token that is malformed, unknown, ended or revoked (never told apart), another
    // scheme, or two Authorization lines; Error{invalid_input} for a reason of more than 200 bytes or with control
    // characters.
    layers::access::Caller authenticate(const Request& request) const;

private:
    layers::store::Account account_of(std::string_view token) const;

    layers::store::Store& store_;
    const Options options_;
    mutable std::shared_mutex mutex_;
    mutable std::map<std::string, layers::store::Account, std::less<>> known_; // by hash, not revoked ones only
    mutable std::uint64_t known_revision_ = 0;                                 // of the accounts that known_ is from
};

// The operator's token of this run, in a file of the data directory that only its owner may read (0600).
inline constexpr const char* kOperatorTokenName = "sarhad.operator";
std::string make_operator_token(const std::string& data_dir);                // Error{storage_failed}
std::optional<std::string> read_operator_token(const std::string& data_dir); // nothing when it can't be read

} // namespace server::auth
