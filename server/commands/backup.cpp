#include "server/commands/backup.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/backup.hpp"
#include "layers/store/spatialite/files.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/commands/tar.hpp"
#include "server/commands/through_server.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace server::commands {
namespace {

namespace fs = std::filesystem;
namespace store = layers::store;
using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

struct Options {
    std::string data_dir, out, from, key;
    bool json = false;
};

// Where the files are put together before the result gets its name: beside it, on the same disk, removed whatever
// happens. Private: the backup holds everything.
class Workshop {
public:
    explicit Workshop(const std::string& out) : path_{out + ".part-" + std::to_string(::getpid())} {
        std::error_code trouble;
        fs::remove_all(path_, trouble);
        if (!fs::create_directory(path_, trouble) || trouble)
            throw Error{ErrorCode::storage_failed, "nothing can be written beside " + out};
        fs::permissions(path_, fs::perms::owner_all);
    }
    ~Workshop() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// What came over the wire against the manifest, which came in the job's results.
void compare(const std::string& folder, const json& manifest) {
    if (json::parse(store::read_file(folder + "/" + store::kManifestName), nullptr, false) != manifest)
        throw Error{ErrorCode::unreadable_file, "the manifest did not come over whole"};
    for (const auto& file : manifest.at("files")) {
        const auto name = file.at("name").get<std::string>();
        const auto got = store::hash_and_sync(folder + "/" + name);
        if (got.bytes != file.at("bytes") || got.sha256 != file.at("sha256"))
            throw Error{ErrorCode::unreadable_file, name + " did not come over whole"};
    }
}

json fetch_from(const LocalServer& server, const std::string& folder, Progress& progress) {
    const auto started = expect(server.post_json("/backups", "{}"), 202);
    const auto made = results_of_job(server, started, progress, "copying");
    const json& manifest = made.at("manifest");
    const std::string here = "/backups/" + percent_encoded(made.at("copy").get<std::string>());
    std::uint64_t total = 1, done = 0;
    for (const auto& file : manifest.at("files")) total += file.at("bytes").get<std::uint64_t>();
    for (const auto& name : store::backup_files()) {
        done += server.fetch(here + "/" + name, folder + "/" + name, [&](std::uint64_t bytes) {
            progress.show(std::min(1.0, static_cast<double>(done + bytes) / static_cast<double>(total)), "fetching");
        });
    }
    server.remove(here);
    compare(folder, manifest);
    return manifest;
}

json make_here(const Options& options, const std::string& folder, Progress& progress) {
    if (!fs::exists(fs::path{options.data_dir} / store::kDatabaseName))
        throw Error{ErrorCode::not_found, "there is no database in " + options.data_dir};
    const auto opened = store::open_spatialite(options.data_dir);
    opened->log_access({.account = "operator", .what = "backup", .subject = opened->identity()});
    return json::parse(opened->backup(folder, {.progress = [&](double share) { progress.show(share, "copying"); }}));
}

json back_up(const Options& options) {
    if (fs::exists(options.out)) throw Error{ErrorCode::conflict, "it is there already: " + options.out};
    const auto parent = fs::absolute(options.out).lexically_normal().parent_path();
    Progress progress{"backup", options.json};
    const Workshop workshop{options.out};
    const auto server = server_holding(options.data_dir);
    const json manifest =
        server ? fetch_from(*server, workshop.path(), progress) : make_here(options, workshop.path(), progress);
    if (options.out.ends_with(".tar")) {
        write_tar(workshop.path() + "/backup.tar", workshop.path(), store::backup_files());
        fs::rename(workshop.path() + "/backup.tar", options.out);
    } else {
        store::sync_folder(workshop.path());
        fs::rename(workshop.path(), options.out);
    }
    store::sync_folder(parent.string());
    std::uint64_t bytes = 0;
    for (const auto& file : manifest.at("files")) bytes += file.at("bytes").get<std::uint64_t>();
    progress.done(std::to_string(manifest.at("seq").get<std::int64_t>()) + " changes, " + std::to_string(bytes >> 10) +
                  " KB in " + options.out);
    return {{"out", options.out}, {"bytes", bytes}, {"manifest", manifest}};
}

void fill(const std::string& from, const std::string& stage, Progress& progress) {
    const auto show = [&](double share) { progress.show(share / 2, "reading"); };
    if (!fs::is_directory(from)) return read_tar(from, stage, store::backup_files(), show);
    double done = 0;
    for (const auto& name : store::backup_files()) {
        std::error_code trouble;
        fs::copy_file(fs::path{from} / name, fs::path{stage} / name, trouble);
        if (trouble) throw Error{ErrorCode::unreadable_file, name + " can't be copied from the backup"};
        fs::permissions(fs::path{stage} / name, fs::perms::owner_read | fs::perms::owner_write);
        show(done += 0.25);
    }
}

json restore(const Options& options) {
    if (!fs::exists(options.from)) throw Error{ErrorCode::not_found, "there is no backup: " + options.from};
    Progress progress{"restore", options.json};
    const auto stage = store::begin_restore(options.data_dir);
    try {
        fill(options.from, stage, progress);
    } catch (const Error&) {
        std::error_code ignored;
        fs::remove_all(stage, ignored);
        throw;
    }
    const auto report =
        store::finish_restore(options.data_dir, options.key, "operator",
                              {.progress = [&](double share) { progress.show(0.5 + share / 2, "verifying"); }});
    const auto manifest = json::parse(report.manifest);
    progress.done(std::to_string(report.audit.changes) + " changes in " + options.data_dir +
                  ", every byte and the audit verified");
    return {{"data_dir", options.data_dir},
            {"identity", report.identity},
            {"seq", report.audit.changes},
            {"made_at", manifest.at("made_at")},
            {"key", report.key},
            {"audit_root", report.audit.audit_root},
            {"checkpoints", report.audit.checkpoints}};
}

int run(CLI::App& line, int argc, char** argv, const Options& options, json (*work)(const Options&)) {
    try {
        line.parse(argc, argv);
        const auto done = work(options);
        if (options.json) std::printf("%s\n", done.dump().c_str());
        return 0;
    } catch (const CLI::ParseError& fault) {
        return line.exit(fault) == 0 ? 0 : 2;
    } catch (const geo::Error& error) {
        std::fprintf(stderr, "%s: %s\n", line.get_name().c_str(), error.what());
        return error.code == ErrorCode::invalid_input ? 2 : 1;
    } catch (const fs::filesystem_error& error) {
        std::fprintf(stderr, "%s: %s\n", line.get_name().c_str(), error.what());
        return 1;
    }
}

} // namespace

int backup_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Copy everything as it is at one moment, also beside a running server, into a folder or a .tar file. "
                  "The copy is signed and stands for itself; the signing key is not in it."};
    line.name("sarhad backup");
    line.add_option("--data-dir", options.data_dir, "where the data lives")->required();
    line.add_option("--out", options.out, "the folder to make, or a file that ends in .tar; must not exist")
        ->required();
    line.add_flag("--json", options.json, "one JSON object on standard output, no progress");
    return run(line, argc, argv, options, back_up);
}

int restore_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Make a data directory from a backup. Every byte, the signature, the file's structure and the whole "
                  "audit are verified on the new disk before it says done."};
    line.name("sarhad restore");
    line.add_option("--from", options.from, "the backup: a folder or a .tar file")->required();
    line.add_option("--data-dir", options.data_dir, "where the data shall live; empty or not there")->required();
    line.add_option("--key", options.key, "public key that must have signed the backup (64 hexadecimal digits)");
    line.add_flag("--json", options.json, "one JSON object on standard output, no progress");
    return run(line, argc, argv, options, restore);
}

} // namespace server::commands
