// The way back: declared in backup.hpp.
#include "geo/error.hpp"
#include "geo/uuid.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "layers/store/spatialite/access_log.hpp"
#include "layers/store/spatialite/backup.hpp"
#include "layers/store/spatialite/data_lock.hpp"
#include "layers/store/spatialite/files.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "layers/store/spatialite/spatialite.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace layers::store {
namespace {

namespace fs = std::filesystem;
using geo::Error, geo::ErrorCode;
using nlohmann::json;

constexpr const char* kStage = ".restoring";
constexpr double kHashing = 0.3; // of the work, the rest is the check of the audit

[[noreturn]] void refuse(const std::string& why) {
    throw Error{ErrorCode::unreadable_file, "not restored: " + why};
}

// What finish_restore moves to its place before the database: a killed restore may have left it.
bool is_left_by_a_restore(const std::string& name) {
    return name == audit::kCheckpointsName || name == audit::kKeyName;
}

void refuse_what_is_not_empty(const std::string& data_dir) {
    std::error_code trouble;
    if (!fs::exists(data_dir, trouble)) return;
    const bool killed_before = fs::exists(fs::path{data_dir} / kStage);
    for (const auto& entry : fs::directory_iterator{data_dir, trouble}) {
        const auto name = entry.path().filename().string();
        if (name == kStage || name == kLockName || name == "lost+found") continue;
        if (killed_before && is_left_by_a_restore(name)) continue;
        throw Error{ErrorCode::conflict, "the data directory is not empty: it holds " + name};
    }
    if (trouble) throw Error{ErrorCode::storage_failed, "the data directory can't be read"};
}

json read_manifest(const std::string& stage, const std::string& pinned_key, RestoreReport& report) {
    report.manifest = read_file(stage + "/" + kManifestName);
    std::string signature = read_file(stage + "/" + kSignatureName);
    if (signature.ends_with('\n')) signature.pop_back();
    const auto space = signature.find(' ');
    report.key = signature.substr(0, space);
    const auto key = geo::wrap::from_hex(report.key);
    const auto bytes = space == signature.npos ? std::nullopt : geo::wrap::from_hex(signature.substr(space + 1));
    if (!key || !bytes || !geo::wrap::signature_holds(*bytes, report.manifest, *key))
        refuse("the manifest's signature does not hold");
    if (!pinned_key.empty() && pinned_key != report.key) refuse("the manifest was signed by another key");
    const auto manifest = json::parse(report.manifest, nullptr, false);
    if (!manifest.is_object() || manifest.value("type", "") != "sarhad-backup-1")
        refuse("the manifest is none of a backup");
    return manifest;
}

void compare_files(const std::string& stage, const json& manifest, const Watch& watch) {
    const auto& files = manifest.at("files");
    for (const std::string name : {kDatabaseName, audit::kCheckpointsName}) {
        const auto stated = std::ranges::find_if(files, [&](const json& file) { return file.at("name") == name; });
        if (stated == files.end()) refuse("the manifest does not name " + name);
        const auto found = hash_and_sync(stage + "/" + name, [&](double share) {
            if (watch.progress && name == kDatabaseName) watch.progress(kHashing * share);
            return !watch.stop.stop_requested();
        });
        if (found.bytes != stated->at("bytes") || found.sha256 != stated->at("sha256"))
            refuse(name + " is not the file that was backed up");
    }
}

// From here on it is a database of its own.
std::string renew_identity(const std::string& path, const json& manifest, const std::string& account,
                           const std::string& key) {
    Connection connection{path, {.mode = geo::wrap::OpenMode::read_write}};
    connection.database().exec("PRAGMA synchronous=FULL");
    geo::wrap::Transaction transaction{connection.database()};
    const std::string identity = geo::to_string(geo::make_uuid7());
    connection.database().exec("INSERT OR IGNORE INTO meta(key,value) SELECT 'origin',value FROM meta "
                               "WHERE key='identity'");
    {
        Query row = connection.query("UPDATE meta SET value=?1 WHERE key='identity'");
        row->bind_text_view(1, identity);
        row->step();
    }
    audit::Access event;
    event.account = account;
    event.what = "restored";
    event.subject = identity;
    event.detail = json{
        {"from", manifest.at("identity")},
        {"seq", manifest.at("seq")},
        {"backup_made_at", manifest.at("made_at")},
        {"key", key}}.dump();
    append_access(connection, std::move(event), geo::now());
    transaction.commit();
    return identity;
}

CheckReport check_copy(const std::string& stage, const json& manifest, const Watch& watch) {
    const auto store = open_spatialite(stage);
    Watch rest{.stop = watch.stop};
    if (watch.progress) rest.progress = [&watch](double share) { watch.progress(kHashing + (1 - kHashing) * share); };
    const CheckReport audit = store->check(rest); // throws what it finds
    if (audit.changes != manifest.at("seq").get<Seq>() || audit.audit_root != manifest.at("changes").at("root"))
        refuse("the change log is not the one that was backed up");
    return audit;
}

void move_to_place(const std::string& stage, const std::string& data_dir) {
    for (const char* name : {audit::kKeyName, audit::kCheckpointsName, kDatabaseName}) {
        sync_folder(stage);
        fs::rename(stage + "/" + name, data_dir + "/" + name);
        sync_folder(data_dir);
    }
    fs::remove_all(stage);
    sync_folder(data_dir);
}

RestoreReport restore_from_stage(const std::string& stage, const std::string& data_dir, const std::string& key,
                                 const std::string& account, const Watch& watch) {
    RestoreReport report;
    const json manifest = read_manifest(stage, key, report);
    compare_files(stage, manifest, watch);
    if (manifest.at("schema").get<int>() > schema_version())
        throw Error{ErrorCode::conflict, "the backup was written by a newer version of this program"};
    const std::string database = stage + "/" + kDatabaseName;
    migrate(database);
    report.identity = renew_identity(database, manifest, account, report.key);
    report.audit = check_copy(stage, manifest, watch);
    move_to_place(stage, data_dir);
    return report;
}

} // namespace

std::string begin_restore(const std::string& data_dir) {
    refuse_what_is_not_empty(data_dir);
    const DataLock lock{data_dir}; // makes the directory
    const std::string stage = data_dir + "/" + kStage;
    std::error_code trouble;
    fs::remove_all(stage, trouble);
    fs::create_directory(stage, trouble);
    if (!trouble) fs::permissions(stage, fs::perms::owner_all, trouble);
    if (trouble) throw Error{ErrorCode::storage_failed, "the data directory can't be written"};
    return stage;
}

RestoreReport finish_restore(const std::string& data_dir, const std::string& key, const std::string& account,
                             const Watch& watch) {
    const DataLock lock{data_dir};
    refuse_what_is_not_empty(data_dir);
    const std::string stage = data_dir + "/" + kStage;
    const auto clear = [&] {
        std::error_code ignored;
        fs::remove_all(stage, ignored);
    };
    try {
        return restore_from_stage(stage, data_dir, key, account, watch);
    } catch (const json::exception&) {
        clear();
        refuse("the manifest is incomplete");
    } catch (const fs::filesystem_error&) {
        clear();
        throw Error{ErrorCode::storage_failed, "the data directory can't be written"};
    } catch (...) {
        clear();
        throw;
    }
}

} // namespace layers::store
