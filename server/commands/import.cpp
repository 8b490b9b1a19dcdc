#include "server/commands/import.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/data_lock.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/commands/import_remote.hpp"
#include "server/commands/mapping_option.hpp"
#include "server/commands/progress.hpp"
#include "server/jobs/import.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;

struct Options {
    std::string data_dir, layer, new_layer, mapping;
    std::vector<std::string> files;
    bool swap_axes = false, keep_axes = false, json = false;
    jobs::ImportOptions import;
};

// The address of the server that holds the data directory, or nothing: then it is ours.
std::optional<std::string> running_server(const std::string& data_dir) {
    const auto holder = layers::store::lock_holder(data_dir);
    if (!holder) return std::nullopt;
    if (!holder->address.empty()) return holder->address;
    throw Error{ErrorCode::busy, "process " + std::to_string(holder->process) +
                                     " works on this data directory: wait for it, or send the file to it with "
                                     "POST /import if it is a server"};
}

// Ctrl-C and SIGTERM stop an import between two batches, so that it can say what is in. A second one ends at once.
class StopOnSignal {
public:
    StopOnSignal() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGINT);
        sigaddset(&set_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr); // before any other thread starts: they inherit it
        waiter_ = std::thread{[this] {
            int signal = 0;
            sigwait(&set_, &signal);
            stop_.request_stop();
            while (!closing_) {
                sigwait(&set_, &signal);
                if (!closing_) std::_Exit(128 + signal);
            }
        }};
    }
    ~StopOnSignal() {
        closing_ = true;
        pthread_kill(waiter_.native_handle(), SIGTERM); // wakes it when no signal came
        waiter_.join();
    }
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;
    std::stop_token token() const { return stop_.get_token(); }

private:
    sigset_t set_{};
    std::stop_source stop_;
    std::atomic<bool> closing_ = false;
    std::thread waiter_;
};

void print(const jobs::ImportReport& report, bool json) {
    const auto text = json ? to_json(report) + '\n' : to_text(report);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

// Where imports go: the store itself, or the server that holds it.
struct Target {
    std::unique_ptr<layers::store::Store> store;
    std::string server;
};

Target open_target(const Options& options) {
    if (const auto server = running_server(options.data_dir)) {
        const bool file = options.import.mapping && !layers::normalise::built_in_mapping(options.mapping);
        if (file)
            throw Error{ErrorCode::invalid_input,
                        "a mapping of one's own can't be used while a server runs: stop it first"};
        return {nullptr, *server};
    }
    return {layers::store::open_spatialite(options.data_dir), {}};
}

// True when all that can go in is in.
bool import_one(const Target& target, const std::string& file, const Options& options) {
    auto import = options.import;
    import.reading.declared_name = std::filesystem::path{file}.filename().string();
    Progress progress{"import " + import.reading.declared_name, options.json};
    import.progress = [&progress](double share, const std::string& detail) { progress.show(share, detail);
};
const auto report = target.store ? run_import(*target.store, file, import)
                                 : import_through(target.server, file, import, options.mapping, progress);
progress.done(std::to_string(report.rows) + " rows read, " + std::to_string(report.rejected) + " rejected");
print(report, options.json);
return report.complete && (report.rows == 0 || report.accepted() > 0);
} // namespace

int run(Options& options) {
    options.import.new_layer = !options.new_layer.empty();
    options.import.layer = options.import.new_layer ? options.new_layer : options.layer;
    options.import.account = "operator";
    if (options.swap_axes) options.import.axes = jobs::Axes::swap;
    if (options.keep_axes) options.import.axes = jobs::Axes::keep;
    if (!options.mapping.empty()) options.import.mapping = mapping_named(options.mapping);
    const StopOnSignal stop;
    options.import.stop = stop.token();
    const auto target = open_target(options);
    bool all = true;
    for (const auto& file : options.files) {
        try {
            all = import_one(target, file, options) && all;
        } catch (const Error& error) {
            throw Error{error.code, file + ": " + error.what(), error.pointer};
        }
        // The first file made the layer; the others go into it.
        if (!options.import.dry_run) options.import.new_layer = false;
    }
    return all ? 0 : 1;
}

void describe(CLI::App& line, Options& options) {
    auto& import = options.import;
    line.name("sarhad import");
    line.add_option("--data-dir", options.data_dir, "where the data lives; made when it isn't there")->required();
    auto* layer = line.add_option("--layer", options.layer, "id of the layer that the rows go to");
    auto* fresh = line.add_option("--new-layer", options.new_layer, "id of a layer to make from the file's columns");
    layer->excludes(fresh);
    line.add_option("--source-layer", import.reading.source_layer, "layer of the file, where it has several");
    line.add_option("--mapping", options.mapping, "how columns become fields: ucdp-ged, acled or a JSON file");
    line.add_flag("--strict", import.strict, "all rows or none; nothing is repaired");
    line.add_flag("--dry-run", import.dry_run, "only the report; nothing is written");
    line.add_option("--agency", import.agency, "owner of rows that name none");
    line.add_option("--scenario", import.scenario_id, "into this scenario, not the real world");
    line.add_option("--crs", import.crs, "reference system of the coordinates, over what the file says (EPSG:32642)");
    auto* swap = line.add_flag("--swap-axes", options.swap_axes, "x and y stand the other way round");
    line.add_flag("--keep-axes", options.keep_axes, "they do not, whatever it looks like")->excludes(swap);
    line.add_option("--x-column", import.reading.x_column, "CSV: longitude or easting, where its name doesn't say so");
    line.add_option("--y-column", import.reading.y_column, "CSV: latitude or northing");
    line.add_option("--wkt-column", import.reading.wkt_column, "CSV: shapes as well-known text");
    line.add_option("--mgrs-column", import.reading.mgrs_column, "CSV: military grid references");
    line.add_flag("--json", options.json, "one JSON object a file on standard output, no progress");
    line.add_option("FILE", options.files, "files to read")->required();
}

} // namespace server::commands

int import_command(int argc, char** argv) {
    Options options;
    std::string formats;
    for (const auto& format : layers::ingest::formats()) formats += "\n  " + format.title;
    CLI::App line{"Read files into a layer. Formats:" + formats};
    describe(line, options);
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& said) { // --help among them
        return line.exit(said) == 0 ? 0 : 2;
    }
    try {
        if (options.layer.empty() == options.new_layer.empty()) {
            throw Error{ErrorCode::invalid_input, "say --layer ID or --new-layer ID", "layer"};
        }
        return run(options);
    } catch (const Error& error) {
        std::fprintf(stderr, "sarhad import: %s\n", error.what());
        return error.code == ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
