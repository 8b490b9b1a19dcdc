#include "layers/store/spatialite/account_row.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/row.hpp"

namespace layers::store {

using geo::Error, geo::ErrorCode;

void put_account_row(Connection& connection, const Account& account) {
    Query taken = connection.query("SELECT 1 FROM account WHERE account=?1 AND agency<>?2 LIMIT 1");
    taken->bind_text_view(1, account.account);
    taken->bind_text_view(2, account.agency);
    if (taken->step()) throw Error{ErrorCode::conflict, "this account's name can't be taken", "account"};
    Query row = connection.query(
        "INSERT INTO account(token_hash,account,agency,roles,revoked,created_at,expires_at,created_by) "
        "VALUES(?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT(token_hash) DO UPDATE SET "
        "account=?2,agency=?3,roles=?4,revoked=?5,created_at=?6,expires_at=?7,created_by=?8");
    row->bind_text_view(1, account.token_hash);
    row->bind_text_view(2, account.account);
    row->bind_text_view(3, account.agency);
    row->bind_text(4, texts_to_json(account.roles));
    row->bind(5, account.revoked ? 1 : 0);
    row->bind(6, account.created_at.us);
    if (account.expires_at) row->bind(7, account.expires_at->us);
    row->bind_text_view(8, account.created_by);
    row->step();
}

} // namespace layers::store
