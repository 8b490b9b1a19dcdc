#include "server/endpoints/backup.hpp"

#include "geo/uuid.hpp"
#include "layers/store/spatialite/backup.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/endpoints/rights.hpp"
#include "server/jobs/manager.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace server {
namespace {

namespace fs = std::filesystem;
using geo::Error;
using geo::ErrorCode;
using layers::access::Role;
using nlohmann::json;

constexpr std::uint64_t kLeftForWrites_bytes = 256u << 20;
constexpr std::chrono::hours kForgottenAfter{1};
constexpr const char* kPrefix = "backup-";

void demand_administrator(const Request& request) {
    demand_role(request.caller, {Role::administrator});
}

// Copies wait here to be fetched, each in a folder of its own; none lives over a restart.
fs::path spool_of(const AppContext& context) {
    return fs::path{context.config.data_dir} / "spool";
}

fs::path folder_of(const AppContext& context, const geo::Uuid& copy) {
    return spool_of(context) / (kPrefix + geo::to_string(copy));
}

// Those whose client went away.
void remove_forgotten(const AppContext& context) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{spool_of(context), ignored}) {
        const bool old = fs::file_time_type::clock::now() - entry.last_write_time(ignored) > kForgottenAfter;
        if (old && entry.path().filename().string().starts_with(kPrefix)) fs::remove_all(entry.path(), ignored);
    }
}

// A copy that filled the disk would stop the writers.
void demand_space(const AppContext& context) {
    std::error_code none;
    const auto database = fs::path{context.config.data_dir} / layers::store::kDatabaseName;
    const auto needed = fs::file_size(database, none) + kLeftForWrites_bytes;
    const auto space = fs::space(context.config.data_dir, none);
    if (none || space.available < needed)
        throw Error{ErrorCode::storage_full, "there is no room for a copy beside the data: stop the server and back up "
                                             "to another disk"};
}

Response post_backup(AppContext& context, Request& request, const PathParams&, const Params&) {
    demand_administrator(request);
    remove_forgotten(context);
    demand_space(context);
    const auto caller = request.caller;
    const auto copy = geo::make_uuid7();
    const auto id = context.jobs->start("backup", caller.account, [&context, caller, copy](jobs::Task& task) {
        const auto folder = folder_of(context, copy);
        fs::create_directory(folder);
        fs::permissions(folder, fs::perms::owner_all);
        context.store->log_access({.account = caller.account,
                                   .agency = caller.agency,
                                   .what = "backup",
                                   .subject = context.store->identity(),
                                   .reason = caller.purpose});
        try {
            const auto manifest = context.store->backup(
                folder.string(),
                {.progress = [&task](double share) { task.report(share, "copying"); }, .stop = task.stop()});
            task.result(json{{"copy", geo::to_string(copy)}, {"manifest", json::parse(manifest)}}.dump());
        } catch (...) {
            fs::remove_all(folder);
            throw;
        }
    });
    auto response =
        json_response({{"jobID", id}, {"type", "process"}, {"status", "accepted"}}, "application/json", 202);
    response.set("Location", base_url(context, request) + "/jobs/" + id);
    return no_store(std::move(response));
}

// Nothing but the spelling that we gave it becomes a path.
geo::Uuid copy_id(const PathParams& path) {
    const auto copy = geo::parse_uuid(path.text("id"));
    if (!copy) throw Error{ErrorCode::not_found, "no such backup"};
    return *copy;
}

class FileSource final : public BodySource {
public:
    explicit FileSource(const std::string& path) : file_{std::fopen(path.c_str(), "rb")} {
        if (!file_) throw Error{ErrorCode::not_found, "the copy is gone"};
    }
    ~FileSource() override { std::fclose(file_); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    bool next(std::string& out) override {
        const std::size_t before = out.size();
        out.resize(before + kBlock_bytes);
        const std::size_t count = std::fread(out.data() + before, 1, kBlock_bytes, file_);
        out.resize(before + count);
        if (std::ferror(file_)) throw Error{ErrorCode::storage_failed, "the copy can't be read"};
        return count == kBlock_bytes;
    }

private:
    static constexpr std::size_t kBlock_bytes = 256 << 10;
    std::FILE* file_;
};

Response get_backup_file(AppContext& context, Request& request, const PathParams& path, const Params&) {
    demand_administrator(request);
    const auto names = layers::store::backup_files();
    if (std::ranges::find(names, path.text("name")) == names.end())
        throw Error{ErrorCode::not_found, "no such file of a backup"};
    Response response;
    response.set("Content-Type", "application/octet-stream");
    response.body = std::make_unique<FileSource>((folder_of(context, copy_id(path)) / path.text("name")).string());
    return no_store(std::move(response));
}

Response delete_backup(AppContext& context, Request& request, const PathParams& path, const Params&) {
    demand_administrator(request);
    const auto copy = copy_id(path);
    std::error_code trouble;
    if (fs::remove_all(folder_of(context, copy), trouble) == 0) throw Error{ErrorCode::not_found, "no such backup"};
    return no_store(json_response({{"copy", geo::to_string(copy)}, {"status", "removed"}}));
}

} // namespace

std::vector<Endpoint> backup_endpoints() {
    const std::string tag = "Operation";
    const std::string object = R"({"type": "object", "additionalProperties": true})";
    return {
        {.method = "POST",
         .path = "/backups",
         .operation_id = "createBackup",
         .summary = "Copy everything as it is at one moment, as a job; its results are {copy, manifest}.",
         .tag = tag,
         .handler = post_backup,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .status = 202,
         .problems = {401, 403, 507}},
        {.method = "GET",
         .path = "/backups/{id}/{name}",
         .operation_id = "getBackupFile",
         .summary = "A file of a finished copy: sarhad.sqlite, sarhad.checkpoints, manifest.json, manifest.sig.",
         .tag = tag,
         .handler = get_backup_file,
         .answer = {.media_types = {"application/octet-stream"}},
         .problems = {401, 403}},
        {.method = "DELETE",
         .path = "/backups/{id}",
         .operation_id = "deleteBackup",
         .summary = "Remove a copy once it was fetched; after an hour the next one does.",
         .tag = tag,
         .handler = delete_backup,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .problems = {401, 403}},
    };
}

} // namespace server
