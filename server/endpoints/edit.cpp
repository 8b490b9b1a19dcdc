#include "server/endpoints/edit.hpp"

#include "layers/model/statements.hpp"
#include "server/endpoints/history.hpp"
#include "server/endpoints/statements.hpp"
#include "server/endpoints/stored_item.hpp"

#include <nlohmann/json.hpp>

#include <iterator>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::ChangeRule;
using layers::Record;
using layers::store::Op;
using layers::store::Write;
using nlohmann::json;

constexpr const char* kReadOnly = "GET, HEAD, OPTIONS";
constexpr const char* kWhatChangesAnItem = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";

// What this caller may do here, which an editor asks before it shows its tools. The router knows only what some
// collection takes from somebody.
Response allowed(const AppContext& context, const Request& request, const PathParams& path, const Params& params,
                 bool one_item) {
    const auto readable = readable_layer(context, reading_caller(context, request, params), path.text("id"));
    const bool immutable = readable.layer().change == ChangeRule::statements;
    Response response;
    response.status = 204;
    response.set("allow", !readable.policy.may_write ? kReadOnly
                          : !one_item                ? "GET, HEAD, POST, OPTIONS"
                          : immutable                ? kReadOnly
                                                     : kWhatChangesAnItem);
    return response;
}

Response options_of_items(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return allowed(context, request, path, params, false);
}

Response options_of_item(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    return allowed(context, request, path, params, true);
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
    write.record = record_from_feature(context, caller, readable, feature, content_crs(request));
    write.account = caller.account;
    write.skip_if_same = true; // a client that lost our answer sends it again, maybe after others appended to it
    if (readable.layer().change != ChangeRule::replace)
        write.amend = [layer = readable.view->layer](const Record& now, Record& told) {
            told = layers::told_again(*layer, now, std::move(told), false);
        };
    const auto id = write.record.id;
    return commit(context, request, std::move(write),
                  [&context, &request, caller, id, in = path.text("id")](const auto& result) {
                      const bool fresh = result.outcome == layers::store::Outcome::created;
                      return written(context, request, caller, in, id, fresh ? 201 : 200);
                  });
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
    if (readable.layer().change == ChangeRule::statements)
        return refuse_method(request, "a statement is not changed: append to it", kReadOnly);
    const auto current = current_item(readable, path.text("fid"));
    require_owner(context, caller, readable, current);
    check_if_match(request, current);
    auto crs = content_crs(request);
    json feature = merge ? read_object_body(request.body) : read_feature_body(request.body);
    if (merge) {                                              // RFC 7396 over the Feature as it is
        if (!feature.contains("geometry")) crs = "OGC:CRS84"; // the shape that stays is as we gave it
        json whole = json::parse(current.text.feature);
        whole.merge_patch(feature);
        feature = read_feature_body(whole.dump());
    }
    if (const auto id = feature.find("id"); id != feature.end() && !id->is_null()) {
        const auto stated = id->is_string() ? geo::parse_uuid(id->get<std::string>()) : std::nullopt;
        if (!stated || *stated != current.record.id)
            throw Error{ErrorCode::invalid_geometry, "the body names another item than the path", "/id"};
        feature.erase("id");
    }
    Write write;
    write.op = Op::replace;
    write.layer = readable.layer().id;
    write.record = record_from_feature(context, caller, readable, feature, crs);
    keep_what_stays(readable, current.record, write.record);
    write.if_version = current.record.version;
    write.account = caller.account;
    return commit(context, request, std::move(write),
                  [&context, &request, caller, id = current.record.id, in = path.text("id")](const auto&) {
                      return written(context, request, caller, in, id, 200);
                  });
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
    if (readable.layer().change == ChangeRule::statements)
        return refuse_method(request, "a statement is not removed: withdraw it", kReadOnly);
    const auto current = current_item(readable, path.text("fid"));
    require_owner(context, caller, readable, current);
    check_if_match(request, current);
    Write write;
    write.op = Op::remove;
    write.layer = readable.layer().id;
    write.record.id = current.record.id;
    write.if_version = current.record.version;
    write.account = caller.account;
    return commit(context, request, std::move(write), [](const auto&) {
        Response response;
        response.status = 204;
        return response;
    });
}

} // namespace

std::vector<Endpoint> edit_endpoints() {
    const Body feature{.media_types = {"application/geo+json", "application/json"},
                       .schema = "featureGeoJSON",
                       .description = "A GeoJSON Feature"};
    const Body answer{
        .media_types = {"application/geo+json"}, .schema = "featureGeoJSON", .description = "The Feature as stored"};
    const Body patch{.media_types = {"application/merge-patch+json", "application/geo+json", "application/json"},
                     .schema = {},
                     .description = "What changes of the Feature (RFC 7396)"};
    const std::vector<Param> item_params{collection_id_param(), item_id_param(), scenario_param()};
    const std::vector<int> problems{401, 403, 409, 412, 422, 428, 503, 507};
    std::vector<Endpoint> rows{
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
         .params = item_params,
         .handler = replace_item,
         .answer = answer,
         .request = feature,
         .problems = problems},
        {.method = "PATCH",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "updateFeature",
         .summary = "Change parts of a feature; If-Match names the version that was read",
         .tag = "Editing",
         .params = item_params,
         .handler = update_item,
         .answer = answer,
         .request = patch,
         .problems = problems},
        {.method = "DELETE",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "deleteFeature",
         .summary = "Remove a feature; its versions stay in the history",
         .tag = "Editing",
         .params = item_params,
         .handler = delete_item,
         .answer = {.media_types = {}, .schema = {}, .description = "Removed"},
         .status = 204,
         .problems = problems},
        {.method = "OPTIONS",
         .path = "/collections/{id}/items",
         .operation_id = "optionsFeatures",
         .summary = "What this caller may do with the collection's features",
         .tag = "Editing",
         .params = {collection_id_param(), scenario_param()},
         .handler = options_of_items,
         .hidden = true},
        {.method = "OPTIONS",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "optionsFeature",
         .summary = "What this caller may do with a feature",
         .tag = "Editing",
         .params = item_params,
         .handler = options_of_item,
         .hidden = true},
    };
    for (auto more : {statement_endpoints(), history_endpoints()})
        rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return rows;
}

} // namespace server
