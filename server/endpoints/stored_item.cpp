#include "server/endpoints/stored_item.hpp"

#include "server/http/error_status.hpp"
#include "server/http/text.hpp"

#include <algorithm>

namespace server {

using geo::Error;
using geo::ErrorCode;

namespace {

// RFC 7240, 4.2. Unknown preferences are ignored, as the standard wants.
bool wants_minimal(const Request& request) {
    std::string_view header = request.header("prefer");
    while (!header.empty()) {
        const auto preference = header.substr(0, header.find_first_of(",;"));
        header.remove_prefix(std::min(header.size(), preference.size() + 1));
        if (http::to_lower(http::trim(preference)) == "return=minimal") return true;
    }
    return false;
}

} // namespace

Param item_id_param() {
    return {.name = "fid", .description = "Id of an item", .in_path = true, .required = true};
}

ReadableLayer writable_layer(const AppContext& context, const layers::access::Caller& caller, const std::string& id) {
    auto readable = readable_layer(context, caller, id);
    if (!readable.policy.may_write) throw Error{ErrorCode::forbidden, "this role can't write here"};
    return readable;
}

Current current_item(const ReadableLayer& readable, const std::string& fid) {
    const auto id = geo::parse_uuid(fid);
    const auto found = id ? readable.view->find(*id) : std::nullopt;
    if (!found || !may_see(readable, *found)) throw Error{ErrorCode::not_found, "no such item"};
    return {layers::index::to_record(*found->piece->segment, found->row),
            item_text(readable, *found->piece->segment, found->row)};
}

std::string owner_of(const layers::Record& record) {
    const auto* owner = std::get_if<std::string>(&record.values[layers::common::agency]);
    return owner ? *owner : std::string{};
}

void require_owner(const AppContext& context, const layers::access::Caller& caller, const ReadableLayer& readable,
                   const Current& current) {
    const auto owner = owner_of(current.record);
    if (caller.open || (!owner.empty() && owner == caller.agency)) return;
    refuse_foreign(context, caller, readable.layer(), "only the owner changes a row");
}

// Entity tags are compared without the weakness mark: ours are strong, but a compressing proxy may have weakened one.
void check_if_match(const Request& request, const Current& current) {
    std::string_view header = request.header("if-match");
    if (header.empty()) throw Error{ErrorCode::precondition_required, "say with If-Match which version you change"};
    while (!header.empty()) {
        auto tag = header.substr(0, header.find(','));
        header.remove_prefix(std::min(header.size(), tag.size() + 1));
        while (tag.starts_with(' ')) tag.remove_prefix(1);
        while (tag.ends_with(' ')) tag.remove_suffix(1);
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag == "*" || tag == current.text.etag) return;
    }
    throw Error{ErrorCode::precondition_failed, "somebody has changed it meanwhile: read it again"};
}

layers::store::WriteResult commit(const AppContext& context, layers::store::Write write) {
    auto items = context.store->write({std::move(write)}).get();
    if (items.at(0).error) throw Error{*items[0].error};
    return *items[0].result;
}

Response commit(const AppContext& context, const Request& request, layers::store::Write write, AfterCommit answer) {
    const auto answer_to = [answer = std::move(answer)](const layers::store::Store::Item& item) {
        if (item.error) throw Error{*item.error};
        return answer(*item.result);
    };
    if (!request.may_come_later) return answer_to(context.store->write({std::move(write)}).get().at(0));
    Response response;
    // Shared: functions are copied, a write need not be.
    response.later =
        [store = context.store, answer_to,
         held = std::make_shared<layers::store::Write>(std::move(write))](const std::function<void(Answer)>& tell) {
            std::vector<layers::store::Write> batch;
            batch.push_back(std::move(*held));
            store->write(std::move(batch), [answer_to, tell](std::vector<layers::store::Store::Item> items) {
                tell([answer_to, item = std::move(items.at(0))] { return answer_to(item); });
            });
        };
    return response;
}

Response written(const AppContext& context, const Request& request, const layers::access::Caller& caller,
                 const std::string& layer, const geo::Uuid& id, int status) {
    const auto readable = readable_layer(context, caller, layer);
    const std::string location = base_url(context, request) + "/collections/" + layer + "/items/" + geo::to_string(id);
    Response response;
    response.set("location", location);
    response.set("cache-control", "no-store");
    const auto found = readable.view->find(id);
    if (!found || !may_see(readable, *found)) {
        response.status = 204;
        return response;
    }
    auto text = item_text(readable, *found->piece->segment, found->row);
    response.status = status;
    response.set("etag", text.etag);
    if (wants_minimal(request)) {
        if (status == 200) response.status = 204;
        response.set("preference-applied", "return=minimal");
        return response;
    }
    response.set("content-type", "application/geo+json");
    response.body = std::move(text.feature);
    return response;
}

Response refuse_method(const Request& request, const char* reason, const char* allow) {
    Response response = http::problem(Error{ErrorCode::method_not_allowed, reason},
                                      std::string_view{request.target}.substr(0, request.target.find('?')));
    response.set("allow", allow);
    return response;
}

} // namespace server
