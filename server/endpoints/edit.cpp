#include "server/endpoints/edit.hpp"

#include "layers/model/states.hpp"
#include "layers/store/store.hpp"
#include "server/endpoints/editing.hpp"
#include "server/http/error_status.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::ChangeRule;
using layers::Record;
using layers::store::Op;
using layers::store::Write;
using nlohmann::json;

ReadableLayer writable_layer(const AppContext& context, const layers::access::Caller& caller, const std::string& id) {
    auto readable = readable_layer(context, caller, id);
    if (!readable.policy.may_write) throw Error{ErrorCode::forbidden, "this role can't write here"};
    return readable;
}

// The item as it is now, for a caller who may see it and whose agency owns it.
struct Current {
    Record record;
    ItemText text;
};

Current current_item(const layers::access::Caller& caller, const ReadableLayer& readable, const std::string& fid) {
    const auto id = geo::parse_uuid(fid);
    const auto found = id ? readable.view->find(*id) : std::nullopt;
    const auto passes = [&] {
        return layers::index::SegmentFilter{*found->piece->segment, readable.layer(), readable.policy.filter, {}}(
            found->row);
    };
    if (!found || !passes()) throw Error{ErrorCode::not_found, "no such item"};
    Current current{layers::index::to_record(*found->piece->segment, found->row),
                    item_text(readable, *found->piece->segment, found->row)};
    const auto* owner = std::get_if<std::string>(&current.record.values[layers::common::agency]);
    if (!caller.open && (!owner || *owner != caller.agency))
        throw Error{ErrorCode::forbidden, "only the owner changes a row"};
    return current;
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

layers::store::WriteResult commit(const AppContext& context, Write write) {
    auto items = context.store->write({std::move(write)}).get();
    if (items.at(0).error) throw *items[0].error;
    return *items[0].result;
}

// As the caller sees it after the write; 204 where he no longer sees it (released to others, another scenario).
Response written(const AppContext& context, const Request& request, const layers::access::Caller& caller,
                 const std::string& layer, const geo::Uuid& id, int status) {
    const auto readable = readable_layer(context, caller, layer);
    const std::string location = base_url(context, request) + "/collections/" + layer + "/items/" + geo::to_string(id);
    Response response;
    response.set("location", location);
    const auto found = readable.view->find(id);
    if (!found || withdrawn_for(context, readable)(id)) {
        response.status = 204;
        return response;
    }
    auto text = item_text(readable, *found->piece->segment, found->row);
    response.status = status;
    response.set("content-type", "application/geo+json");
    response.set("etag", text.etag);
    response.set("cache-control", "no-store");
    response.body = std::move(text.feature);
    return response;
}

Response refuse_method(const Request& request, const char* reason) {
    Response response = http::problem(Error{ErrorCode::method_not_allowed, reason},
                                      std::string_view{request.target}.substr(0, request.target.find('?')));
    response.set("allow", "GET, HEAD, OPTIONS");
    return response;
}

Response create_item(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const auto readable = writable_layer(context, caller, path.text("id"));
    Write write;
    write.op = Op::create;
    write.layer = readable.layer().id;
    const json feature = read_feature_body(request.body);
    if (readable.layer().change == ChangeRule::states) {
        for (const char* name : {"state", "states"})
            if (!feature["properties"].value(name, json{}).is_null())
                throw Error{ErrorCode::invalid_geometry, "states are appended: POST them to statements",
                            std::string{"/properties/"} + name};
    }
    write.record = record_from_feature(context, caller, readable, feature);
    write.account = caller.account;
    write.skip_if_same = true; // a client that lost our answer sends it again
    const auto id = write.record.id;
    const auto result = commit(context, std::move(write));
    const bool fresh = result.outcome == layers::store::Outcome::created;
    return written(context, request, caller, path.text("id"), id, fresh ? 201 : 200);
}

// What a client can't change: owner and scenario, and states, which are appended.
void keep_what_stays(const ReadableLayer& readable, const Record& from, Record& to) {
    using namespace layers::common;
    to.id = from.id;
    for (const auto ordinal : {agency, scenario_id}) to.values[ordinal] = from.values[ordinal];
    for (std::size_t i = 0; i < to.values.size(); ++i)
        if (!readable.policy.visible[i]) to.values[i] = from.values[i]; // masked: unknown to the caller, so kept
    if (readable.layer().change != ChangeRule::states) return;
    for (const char* name : {"state", "states"})
        if (const auto ordinal = readable.layer().find(name)) to.values[*ordinal] = from.values[*ordinal];
}

Response change_item(AppContext& context, Request& request, const PathParams& path, const Params& params, bool merge) {
    const auto caller = reading_caller(context, request, params);
    const auto readable = writable_layer(context, caller, path.text("id"));
    const auto current = current_item(caller, readable, path.text("fid"));
    if (readable.layer().change == ChangeRule::statements)
        return refuse_method(request, "a statement is not changed: append to it");
    check_if_match(request, current);
    json feature = merge ? read_object_body(request.body) : read_feature_body(request.body);
    if (merge) { // RFC 7396 over the Feature as it is
        json whole = json::parse(current.text.feature);
        whole.merge_patch(feature);
        feature = read_feature_body(whole.dump());
    }
    feature.erase("id");
    Write write;
    write.op = Op::replace;
    write.layer = readable.layer().id;
    write.record = record_from_feature(context, caller, readable, feature);
    keep_what_stays(readable, current.record, write.record);
    write.if_version = current.record.version;
    write.account = caller.account;
    commit(context, std::move(write));
    return written(context, request, caller, path.text("id"), current.record.id, 200);
}

Response replace_item(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return change_item(context, request, path, params, false);
}

Response update_item(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return change_item(context, request, path, params, true);
}

Response delete_item(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const auto readable = writable_layer(context, caller, path.text("id"));
    const auto current = current_item(caller, readable, path.text("fid"));
    if (readable.layer().change == ChangeRule::statements)
        return refuse_method(request, "a statement is not removed: withdraw it");
    check_if_match(request, current);
    Write write;
    write.op = Op::remove;
    write.layer = readable.layer().id;
    write.record.id = current.record.id;
    write.if_version = current.record.version;
    write.account = caller.account;
    commit(context, std::move(write));
    Response response;
    response.status = 204;
    return response;
}

// Beside the type. A statement is kept with the row and read with it, so its texts are short and no document hides in
// it.
constexpr std::array<std::string_view, 7> kStatementMembers{
    "state", "observed_at", "cause", "repair_due", "repaired_at", "reason", "expected_reopening"};
constexpr std::size_t kStatementTextBytes = 1000;

// One more state; the newest observed is the current one, in whatever order they arrive. Nothing when it is there
// already: a client that lost our answer sends it again.
std::optional<Record> with_state(const ReadableLayer& readable, Record record, const json& statement) {
    const auto& layer = readable.layer();
    const auto state = *layer.find("state"), states = *layer.find("states");
    const auto& allowed = layer.fields[state].values;
    const auto fault = [](const char* reason, const std::string& pointer) {
        throw Error{ErrorCode::invalid_geometry, reason, pointer};
    };
    if (!statement.contains("state") || !statement["state"].is_string() ||
        std::ranges::find(allowed, statement["state"].get<std::string>()) == allowed.end())
        fault("no state of this layer", "/state");
    const auto observed = statement.contains("observed_at") && statement["observed_at"].is_string()
                              ? geo::from_rfc3339(statement["observed_at"].get<std::string>())
                              : std::nullopt;
    if (!observed) fault("a state was observed at a time (RFC 3339)", "/observed_at");
    json list = json::array();
    if (const auto* kept = std::get_if<geo::Json>(&record.values[states])) list = json::parse(kept->text);
    json entry = statement;
    entry.erase("type");
    for (const auto& [name, value] : entry.items()) {
        if (std::ranges::find(kStatementMembers, name) == kStatementMembers.end())
            fault("no member of a statement", "/" + name);
        if (value.is_null()) continue;
        if (!value.is_string() || value.get_ref<const std::string&>().size() > kStatementTextBytes)
            fault("a text of at most 1 000 bytes", "/" + name);
        if (layers::normalise::private_number(value.get_ref<const std::string&>()))
            fault("a telephone or identity number is not kept", "/" + name);
    }
    if (std::ranges::find(list, entry) != list.end()) return std::nullopt;
    list.push_back(std::move(entry));
    const std::string text = list.dump();
    if (auto latest = layers::state_at(text, {INT64_MAX})) record.values[state] = std::move(*latest);
    record.values[states] = geo::Json{text};
    return record;
}

Response append_statement(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const json statement = read_object_body(request.body);
    if (!statement.contains("type") || statement["type"] != "state")
        throw Error{ErrorCode::invalid_geometry, "this layer takes statements of the type state", "/type"};
    constexpr int kTries = 50;
    for (int attempt = 1;; ++attempt) { // appending commutes: whoever comes second appends to what the first left
        const auto readable = writable_layer(context, caller, path.text("id"));
        if (readable.layer().change != ChangeRule::states)
            return refuse_method(request, "rows of this layer have no states");
        const auto current = current_item(caller, readable, path.text("fid"));
        auto appended = with_state(readable, current.record, statement);
        if (!appended) return written(context, request, caller, path.text("id"), current.record.id, 200);
        Write write;
        write.op = Op::replace;
        write.layer = readable.layer().id;
        write.record = std::move(*appended);
        write.if_version = current.record.version;
        write.account = caller.account;
        try {
            commit(context, std::move(write));
        } catch (const Error& error) {
            if (error.code != ErrorCode::precondition_failed || attempt == kTries) throw;
            continue;
        }
        return written(context, request, caller, path.text("id"), current.record.id, 201);
    }
}

Response get_history(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const auto readable = readable_layer(context, caller, path.text("id"));
    const auto id = geo::parse_uuid(path.text("fid"));
    json versions = json::array();
    bool seen_before = false; // a removal carries nothing to judge by: it is told to who saw what was removed
    if (id && !withdrawn_for(context, readable)(*id)) {
        for (const auto& entry : context.store->history(readable.layer().id, *id)) {
            json version{{"version", entry.record.version}, {"removed", entry.removed}};
            if (!entry.removed) {
                const auto view = layers::index::make_view(readable.view->layer, {entry.record}, entry.record.seq);
                const auto& segment = *view->pieces[0].segment;
                seen_before = layers::index::SegmentFilter{segment, readable.layer(), readable.policy.filter, {}}(0);
                version["feature"] = json::parse(item_text(readable, segment, 0).feature);
                version["recorded_at"] = version["feature"]["properties"]["recorded_at"];
            }
            if (!seen_before) continue;
            if (caller.open || !caller.agency.empty()) version["account"] = entry.account;
            versions.push_back(std::move(version));
        }
    }
    if (versions.empty()) throw Error{ErrorCode::not_found, "no such item"};
    auto response = document_response(context, request, params, "History", {{"versions", std::move(versions)}});
    private_answer(request, response);
    return response;
}

std::vector<Param> item_params() {
    return {collection_id_param(),
            {.name = "fid", .description = "Id of an item", .in_path = true, .required = true},
            scenario_param()};
}

} // namespace

std::vector<Endpoint> edit_endpoints() {
    const Body feature{
        .media_types = {"application/geo+json", "application/json"}, .schema = {}, .description = "A GeoJSON Feature"};
    const Body answer{.media_types = {"application/geo+json"}, .schema = {}, .description = "The Feature as stored"};
    const Body patch{.media_types = {"application/merge-patch+json", "application/geo+json", "application/json"},
                     .schema = {},
                     .description = "What changes of the Feature (RFC 7396)"};
    auto history_params = item_params();
    history_params.push_back(format_param());
    const std::vector<int> problems{401, 403, 409, 412, 422, 428, 503, 507};
    return {
        {.method = "POST",
         .path = "/collections/{id}/items",
         .operation_id = "createFeature",
         .summary = "Add a feature; sent again with the same id and content it changes nothing",
         .tag = "Editing",
         .params = {collection_id_param(), scenario_param()},
         .handler = create_item,
         .answer = answer,
         .request = feature,
         .status = 201,
         .problems = problems},
        {.method = "PUT",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "replaceFeature",
         .summary = "Replace a feature; If-Match names the version that was read",
         .tag = "Editing",
         .params = item_params(),
         .handler = replace_item,
         .answer = answer,
         .request = feature,
         .problems = problems},
        {.method = "PATCH",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "updateFeature",
         .summary = "Change parts of a feature; If-Match names the version that was read",
         .tag = "Editing",
         .params = item_params(),
         .handler = update_item,
         .answer = answer,
         .request = patch,
         .problems = problems},
        {.method = "DELETE",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "deleteFeature",
         .summary = "Remove a feature; its versions stay in the history",
         .tag = "Editing",
         .params = item_params(),
         .handler = delete_item,
         .answer = {.media_types = {}, .schema = {}, .description = "Removed"},
         .status = 204,
         .problems = problems},
        {.method = "POST",
         .path = "/collections/{id}/items/{fid}/statements",
         .operation_id = "appendStatement",
         .summary = "Append a state to a fence segment or a crossing point",
         .tag = "Editing",
         .params = item_params(),
         .handler = append_statement,
         .answer = answer,
         .request = {.media_types = {"application/json"},
                     .schema = {},
                     .description = "type, state, observed_at, and what belongs to it: cause, repair_due, repaired_at; "
                                    "reason, expected_reopening"},
         .status = 201,
         .problems = problems},
        {.method = "GET",
         .path = "/collections/{id}/items/{fid}/history",
         .operation_id = "getHistory",
         .summary = "Every version of a feature that this caller could see, who and when",
         .tag = "Features",
         .params = std::move(history_params),
         .handler = get_history,
         .answer = {.media_types = {"application/json", "text/html"}, .schema = {}, .description = "The versions"}},
    };
}

} // namespace server
