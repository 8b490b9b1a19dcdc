#include "layers/store/spatialite/backup.hpp"

#include "geo/error.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "layers/store/spatialite/change_log.hpp"
#include "layers/store/spatialite/files.hpp"
#include "layers/store/spatialite/spatialite.hpp"

#include <nlohmann/json.hpp>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;
using geo::wrap::Database, geo::wrap::OpenMode;

constexpr double kCopying = 0.8; // of the work, the rest is looking at the copy

[[noreturn]] void stopped() {
    throw Error{ErrorCode::cancelled, "the backup was stopped"};
}

void copy_database(Connection& source, const std::string& to, const Watch& watch) {
    Database target{to, {.mode = OpenMode::create}};
    source.database().backup_to(target, [&](int remaining, int total) {
        if (watch.progress && total > 0) watch.progress(kCopying * (1 - static_cast<double>(remaining) / total));
        return !watch.stop.stop_requested();
    });
    // One file without a log beside it, readable from anywhere.
    target.exec("PRAGMA journal_mode=DELETE");
}

// What the copy holds; its structure is looked at, since SQLite copies damaged pages as they are.
nlohmann::ordered_json describe(const std::string& path, std::int64_t& last_checkpoint) {
    Connection copy{path, {.mode = OpenMode::read_only}};
    auto& db = copy.database();
    if (!db.integrity_faults(true).empty()) {
        throw Error{ErrorCode::storage_failed, "the database is damaged, and so would be its backup: run a check"};
    }
    Trees trees = kept_trees(copy);
    grow_to_end(copy, trees);
    last_checkpoint = db.query_integer("SELECT max(number) FROM checkpoint");
    const auto head = [](const audit::MerkleTree& tree) {
        return nlohmann::ordered_json{{"size", tree.size()}, {"root", audit::to_hex(tree.root())}};
    };
    return {{"identity", db.query_text("SELECT value FROM meta WHERE key='identity'")},
            {"origin", origin_of(copy)},
            {"schema", db.query_integer("PRAGMA user_version")},
            {"seq", log_end(copy).seq},
            {"changes", head(trees.changes)},
            {"accesses", head(trees.accesses)}};
}

} // namespace

std::vector<std::string> backup_files() {
    return {kDatabaseName, audit::kCheckpointsName, kManifestName, kSignatureName};
}

std::string back_up(Connection& source, Checkpointer& checkpointer, const std::string& data_dir,
                    const std::string& folder, geo::Instant now, const Watch& watch) {
    checkpointer.now(); // what was acknowledged before this backup is vouched for in it
    const std::string database = folder + "/" + kDatabaseName;
    copy_database(source, database, watch);
    if (watch.stop.stop_requested()) stopped();

    std::int64_t last_checkpoint = 0;
    auto manifest = describe(database, last_checkpoint);
    if (watch.stop.stop_requested()) stopped();
    // Those made since the copy's moment vouch for more than it holds.
    auto lines = audit::read_lines(data_dir);
    if (lines.size() < static_cast<std::size_t>(last_checkpoint))
        throw Error{ErrorCode::conflict, "checkpoints are missing in the file beside the database"};
    lines.resize(static_cast<std::size_t>(last_checkpoint));
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    write_file(folder + "/" + audit::kCheckpointsName, text);

    manifest["type"] = "sarhad-backup-1";
    manifest["program"] = SARHAD_VERSION;
    manifest["made_at"] = geo::to_rfc3339(now);
    manifest["checkpoint"] = lines.empty() ? "" : lines.back();
    manifest["files"] = nlohmann::ordered_json::array();
    for (const std::string name : {kDatabaseName, audit::kCheckpointsName}) {
        const auto file = hash_and_sync(folder + "/" + name, [&](double share) {
            if (watch.progress && name == kDatabaseName) watch.progress(kCopying + (1 - kCopying) * share);
            return !watch.stop.stop_requested();
        });
        manifest["files"].push_back({{"name", name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    const std::string document = manifest.dump(2) + "\n";
    write_file(folder + "/" + kManifestName, document);
    write_file(folder + "/" + kSignatureName, checkpointer.sign(document) + "\n");
    sync_folder(folder);
    return document;
}

} // namespace layers::store
