// An item as every endpoint that writes meets it: found for a caller who sees it, judged, committed, answered.
#pragma once

#include "layers/store/store.hpp"
#include "server/endpoints/editing.hpp"

#include <string>

namespace server {

Param item_id_param();

// As readable_layer; Error{forbidden} where the caller's roles write nothing.
ReadableLayer writable_layer(const AppContext& context, const layers::access::Caller& caller, const std::string& id);

// The item as it is now. Error{not_found}: it isn't there, or not for this caller.
struct Current {
    layers::Record record;
    ItemText text;
};
Current current_item(const ReadableLayer& readable, const std::string& fid);

std::string owner_of(const layers::Record& record);
// As refuse_foreign where the row belongs to another agency.
void require_owner(const AppContext& context, const layers::access::Caller& caller, const ReadableLayer& readable,
                   const Current& current);

// RFC 9110, 13.1.1. Error{precondition_failed}: the header names no version that is current.
// Error{precondition_required}: there is no header.
void check_if_match(const Request& request, const Current& current);

// Commits one write and waits for it; throws its error.
layers::store::WriteResult commit(const AppContext& context, layers::store::Write write);

// Commits one write and answers with what `answer` makes of its result, or with its error. Where the answer may come
// later, no worker waits for the commit; `answer` is called once it is durable and in the index, on an I/O thread: it
// owns what it needs, context and request aside, and does nothing slow.
using AfterCommit = std::function<Response(const layers::store::WriteResult&)>;
Response commit(const AppContext& context, const Request& request, layers::store::Write write, AfterCommit answer);

// The item as the caller sees it after the write, with Location and ETag; RFC 7240's return=minimal leaves the body
// out. 204 where he no longer sees it (released to others, another scenario).
Response written(const AppContext& context, const Request& request, const layers::access::Caller& caller,
                 const std::string& layer, const geo::Uuid& id, int status);

// 405 with what is possible instead.
Response refuse_method(const Request& request, const char* reason, const char* allow);

} // namespace server
