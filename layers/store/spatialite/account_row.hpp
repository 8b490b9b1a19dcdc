// The table of accounts: whose token may do what. Private to this room.
#pragma once

#include "layers/store/spatialite/connection.hpp"
#include "layers/store/store.hpp"

namespace layers::store {

// Inserts or replaces, by the token's hash, inside the caller's transaction. Error{conflict} when the account's name
// stands under another agency.
void put_account_row(Connection& connection, const Account& account);

} // namespace layers::store
