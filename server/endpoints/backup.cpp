#include "server/endpoints/backup.hpp"

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
constexpr const char* kType = "backup";

void demand_administrator(const Request& request) {
    demand_role(request.caller, {Role::administrator});
}

// Copies wait here to be fetched; one at a time, and none over a restart.
fs::path spool_of(const AppContext& context) {
    return fs::path{context.config.data_dir} / "spool" / "backup";
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
    demand_space(context);
    for (const auto& job : context.jobs->list(request.caller.account)) {
        if (job.type == kType && !job.finished) throw Error{ErrorCode::conflict, "a backup is being made already"};
    }
    const auto caller = request.caller;
    const auto id = context.jobs->start(kType, caller.account, [&context, caller](jobs::Task& task) {
        const auto folder = spool_of(context);
        fs::remove_all(folder);
        fs::create_directories(folder);
        fs::permissions(folder, fs::perms::owner_all);
        context.store->log_access({.account = caller.account,
                                   .agency = caller.agency,
                                   .what = "backup",
                                   .subject = context.store->identity(),
                                   .reason = caller.purpose});
        try {
            task.result(context.store->backup(
                folder.string(),
                {.progress = [&task](double share) { task.report(share, "copying"); }, .stop = task.stop()}));
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
    const auto job = context.jobs->get(path.text("id"), request.caller.account);
    const auto names = layers::store::backup_files();
    if (job.type != kType || job.state != jobs::State::successful ||
        std::ranges::find(names, path.text("name")) == names.end())
        throw Error{ErrorCode::not_found, "no such file of a backup"};
    Response response;
    response.set("Content-Type", "application/octet-stream");
    response.body = std::make_unique<FileSource>((spool_of(context) / path.text("name")).string());
    return no_store(std::move(response));
}

Response delete_backup(AppContext& context, Request& request, const PathParams& path, const Params&) {
    demand_administrator(request);
    const auto job = context.jobs->get(path.text("id"), request.caller.account);
    if (job.type != kType) throw Error{ErrorCode::not_found, "no such backup"};
    context.jobs->dismiss(job.id, request.caller.account);
    if (job.finished) fs::remove_all(spool_of(context));
    return no_store(json_response({{"jobID", job.id}, {"status", "dismissed"}}));
}

} // namespace

std::vector<Endpoint> backup_endpoints() {
    const std::string tag = "Operation";
    const std::string object = R"({"type": "object", "additionalProperties": true})";
    return {
        {.method = "POST",
         .path = "/backups",
         .operation_id = "createBackup",
         .summary = "Copy everything as it is at one moment, as a job; its results are the manifest.",
         .tag = tag,
         .handler = post_backup,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .status = 202,
         .problems = {401, 403, 409, 507}},
        {.method = "GET",
         .path = "/backups/{id}/{name}",
         .operation_id = "getBackupFile",
         .summary = "A file of a finished backup: sarhad.sqlite, sarhad.checkpoints, manifest.json, manifest.sig.",
         .tag = tag,
         .handler = get_backup_file,
         .answer = {.media_types = {"application/octet-stream"}},
         .problems = {401, 403}},
        {.method = "DELETE",
         .path = "/backups/{id}",
         .operation_id = "deleteBackup",
         .summary = "Stop a backup, or remove the copy once it was fetched.",
         .tag = tag,
         .handler = delete_backup,
         .answer = {.media_types = {"application/json"}, .schema = object},
         .problems = {401, 403}},
    };
}

} // namespace server
