#include "server/commands/check.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/spatialite.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>

namespace server::commands {
namespace {

nlohmann::json look(const std::string& data_dir) {
    // Opening would make a new one, and call it whole.
    const auto file = std::filesystem::path{data_dir} / layers::store::kDatabaseName;
    if (!std::filesystem::exists(file)) throw geo::Error{geo::ErrorCode::not_found, "There is no database here."};
    const auto store = layers::store::open_spatialite(data_dir);
    store->check();
    nlohmann::json rows = nlohmann::json::object();
    for (const auto& layer : store->catalogue().all()) rows[layer->id] = store->count(layer->id);
    return {{"whole", true}, {"seq", store->last_seq()}, {"rows", std::move(rows)}};
}

void print(const nlohmann::json& found) {
    std::printf("The database is whole; %lld changes.\n", static_cast<long long>(found["seq"].get<std::int64_t>()));
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
        const auto found = look(data_dir);
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
