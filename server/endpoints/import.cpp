#include "server/endpoints/import.hpp"

#include "server/endpoints/reading.hpp"
#include "server/jobs/import.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

// The rights first, in the words of a reader: a layer that is not there for the caller can't be written either.
void check_rights(const AppContext& context, const layers::access::Caller& caller, const std::string& collection,
                  bool new_layer) {
    if (new_layer) {
        if (!caller.open && !caller.has(layers::access::Role::agency_admin))
            throw Error{ErrorCode::forbidden, "a new collection takes the role agency_admin", "new-layer"};
        return;
    }
    const auto readable = readable_layer(context, caller, collection);
    if (!readable.policy.may_write) throw Error{ErrorCode::forbidden, "this role can't write here", "collection"};
}

jobs::ImportOptions options_of(const layers::access::Caller& caller, const Params& params) {
    jobs::ImportOptions options;
    options.new_layer = params.has("new-layer");
    options.layer = params.text(options.new_layer ? "new-layer" : "collection");
    if (params.has("mapping")) {
        options.mapping = layers::normalise::built_in_mapping(params.text("mapping"));
        if (!options.mapping) throw Error{ErrorCode::invalid_input, "no such mapping", "mapping"};
    }
    options.strict = params.boolean("strict");
    options.dry_run = params.boolean("dry-run");
    if (params.has("swap-axes")) options.axes = params.boolean("swap-axes") ? jobs::Axes::swap : jobs::Axes::keep;
    options.crs = params.text("source-crs");
    options.agency = caller.open ? params.text("agency") : caller.agency;
    options.agency_forced = !caller.open;
    options.scenario_id = caller.scenario;
    options.account = caller.account;
    options.reading.source_layer = params.text("source-layer");
    options.reading.declared_name = params.text("filename");
    return options;
}

// Before the first byte of the body is read: who may not write here uploads nothing.
void admit_import(AppContext& context, const Request& request, const PathParams&, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    if (params.has("collection") == params.has("new-layer"))
        throw Error{ErrorCode::invalid_input, "say collection= or new-layer=, one of them", "collection"};
    if (!caller.open && params.has("agency") && params.text("agency") != caller.agency)
        throw Error{ErrorCode::forbidden, "rows belong to the agency of the token", "agency"};
    check_rights(context, caller, params.text("collection"), params.has("new-layer"));
}

Response post_import(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    admit_import(context, request, path, params); // what was right when the upload began may have changed
    const auto caller = reading_caller(context, request, params);
    if (request.body_file.empty()) throw Error{ErrorCode::unreadable_file, "the body is empty: send the file's bytes"};
    jobs::StartedImport started;
    try {
        started = jobs::start_import(*context.jobs, *context.store, request.body_file, options_of(caller, params));
    } catch (const Error& error) {
        // What is wrong with the file's content is no fault of the request's form.
        const bool of_a_parameter = !error.pointer.empty() && error.pointer.front() != '/';
        if (error.code != ErrorCode::invalid_input || of_a_parameter) throw;
        throw Error{ErrorCode::unreadable_file, error.what(), error.pointer};
    }
    const std::string location = base_url(context, request) + "/jobs/" + started.job;
    json document{{"jobID", started.job},
                  {"type", "process"},
                  {"status", "running"},
                  {"links", {link(location, "monitor", "application/json", "Progress and report")}}};
    if (started.schema) {
        json fields = json::array();
        for (const auto& field : started.schema->fields) fields.push_back({{"name", field.name}, {"type", field.type}});
        document["source"] = {{"format", started.schema->format},
                              {"layer", started.schema->layer},
                              {"crs", started.schema->crs},
                              {"geometry", started.schema->geometry},
                              {"fields", std::move(fields)}};
    }
    auto response = json_response(document, "application/json", 202);
    response.set("location", location);
    return response;
}

} // namespace

std::vector<Endpoint> import_endpoints() {
    const auto text = [](const char* name, const char* description) {
        return Param{.name = name, .description = description, .max_bytes = 1024};
    };
    const auto flag = [](const char* name, const char* description) {
        return Param{.name = name, .kind = ParamKind::boolean, .description = description};
    };
    return {
        {.method = "POST",
         .path = "/import",
         .operation_id = "importFile",
         .summary = "Upload a file into a collection",
         .tag = "Import",
         .params = {text("collection", "Collection that takes the rows"),
                    text("new-layer", "Make a collection of this id from the file"),
                    text("mapping", "Saved mapping from the file's columns, as ucdp-ged"),
                    text("source-layer", "Layer of the file, where it has several"),
                    text("source-crs", "CRS of the coordinates, where the file does not say or is wrong"),
                    text("filename", "Name of the file; its ending is a hint at the format"),
                    text("agency", "Owner of rows that do not say (only without tokens)"),
                    flag("strict", "Take all rows or none, and repair nothing"),
                    flag("dry-run", "Report what would happen and change nothing"),
                    flag("swap-axes", "true: first and second coordinate are exchanged; false: they are right"),
                    scenario_param()},
         .handler = post_import,
         .answer = {.media_types = {"application/json"}, .schema = {}, .description = "The job that reads the file"},
         .request = {.media_types = {"*/*"}, .schema = {}, .description = "The file's bytes"},
         .status = 202,
         .problems = {403, 413, 415, 422, 507},
         .spool_body = true,
         .admit = admit_import,
         .deadline = std::chrono::milliseconds{30'000}}};
}

} // namespace server
