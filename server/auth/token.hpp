// Bearer tokens (RFC 6750): 256 random bits, shown once, kept only as their BLAKE2b-256 hash, so that a stolen database
// opens no door. Knows the store's accounts and the roles' names; what a role may see is the policy's business.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/store/store.hpp"
#include "server/request.hpp"

#include <cstdint>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace server::auth {

struct NewToken {
    std::string token; // "sarhad_" and 64 hexadecimal digits: the only time it is seen
    layers::store::Account account;
};

// Makes an account with a token; durable on return. `account` empty: an id is made up. Error{invalid_input} with
// `role` or `agency` for a role that doesn't exist, no role at all, or an agency's code that isn't snake_case.
NewToken create_token(layers::store::Store& store, const std::vector<std::string>& roles, const std::string& agency,
                      std::string account = {});

std::string token_hash(std::string_view token); // BLAKE2b-256, hexadecimal

// Who asks. Thread-safe; one for the whole server, since its memory of accounts ends with a revocation made through it.
class Authenticator {
public:
    // `open`: a caller without a token may do everything (--open). `store` must outlive this.
    Authenticator(layers::store::Store& store, bool open) : store_{store}, open_{open} {}

    // From `Authorization: Bearer …` and `Sarhad-Reason`. No Authorization: the public, or all-may-do with --open.
    // Error{unauthenticated} for a token that is malformed, unknown or revoked (never told apart), another scheme, or
    // two Authorization lines; Error{invalid_input} for a reason of more than 200 bytes or with control characters.
    layers::access::Caller authenticate(const Request& request) const;

    // Ends a token: durable on return, and refused from then on. Error{not_found} when there is none of that hash.
    void revoke(const std::string& hash);

private:
    layers::store::Account account_of(std::string_view token) const;

    layers::store::Store& store_;
    const bool open_;
    mutable std::shared_mutex mutex_;
    mutable std::map<std::string, layers::store::Account, std::less<>> known_; // by hash, valid ones only
    mutable std::uint64_t revocations_ = 0;
};

} // namespace server::auth
