#include "server/commands/check.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/commands/through_server.hpp"
#include "server/endpoints/audit.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>

namespace server::commands {
namespace {

nlohmann::json look(const std::string& data_dir, bool quiet) {
    // Opening would make a new one, and call it whole.
    const auto file = std::filesystem::path{data_dir} / layers::store::kDatabaseName;
    if (!std::filesystem::exists(file)) throw geo::Error{geo::ErrorCode::not_found, "There is no database here."};
    Progress progress{"check", quiet};
    if (const auto server = server_holding(data_dir)) {
        return results_of_job(*server, expect(server->post_json("/audit/verification?structure=true", "{}"), 202),
                              progress, "reading");
    }
    const auto store = layers::store::open_spatialite(data_dir, {.read_only_too = true});
    const auto found = store->check({.progress = [&](double share) { progress.show(share, "reading"); }});
    return check_report_json(*store, found);
}

void print(const nlohmann::json& found) {
    const auto number = [&found](const char* name) { return static_cast<long long>(found[name].get<std::int64_t>()); };
    std::printf("The database is whole: %lld changes and %lld accesses, each in the audit, under %lld checkpoints.\n",
                number("seq"), number("accesses"), number("checkpoints"));
    for (const auto& [layer, rows] : found["rows"].items())
        std::printf("  %-24s %lld rows\n", layer.c_str(), static_cast<long long>(rows.get<std::int64_t>()));
}

} // namespace

int check_command(int argc, char** argv) {
    std::string data_dir;
    bool json = false;
    CLI::App line{"Look whether the database is whole."};
    line.add_option("--data-dir", data_dir, "where the data lives")->required();
    line.add_flag("--json", json, "one JSON object on standard output");
    try {
        line.parse(argc, argv);
        const auto found = look(data_dir, json);
        if (json)
            std::printf("%s\n", found.dump().c_str());
        else
            print(found);
        return 0;
    } catch (const CLI::ParseError& fault) {
        return line.exit(fault) == 0 ? 0 : 2;
    } catch (const geo::Error& error) {
        std::fprintf(stderr, "sarhad check: %s\n", error.what());
        return 1;
    }
}

} // namespace server::commands
