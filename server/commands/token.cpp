#include "server/commands/token.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/auth/token.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace server::commands {
namespace {

struct Options {
    std::string data_dir, agency, account;
    std::vector<std::string> roles;
    bool json = false;
};

void create(const Options& options) {
    const auto store = layers::store::open_spatialite(options.data_dir);
    const auto made = auth::create_token(*store, options.roles, options.agency, options.account);
    if (options.json) {
        const nlohmann::json out{{"token", made.token},
                                 {"account", made.account.account},
                                 {"agency", made.account.agency},
                                 {"roles", made.account.roles}};
        std::printf("%s\n", out.dump().c_str());
        return;
    }
    std::fprintf(stderr, "Account %s. The token is shown this once; only its hash is kept:\n",
                 made.account.account.c_str());
    std::printf("%s\n", made.token.c_str());
}

} // namespace

int token_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Tokens of accounts."};
    line.require_subcommand(1);
    auto* make = line.add_subcommand("create", "Make an account with a token.");
    make->add_option("--data-dir", options.data_dir, "where the data lives")->required();
    make->add_option("--role", options.roles, "role; may be repeated")->required();
    make->add_option("--agency", options.agency, "code of the agency")->required();
    make->add_option("--account", options.account, "id of the account; made up when not given");
    make->add_flag("--json", options.json, "one JSON object on standard output");
    try {
        line.parse(argc, argv);
        create(options);
        return 0;
    } catch (const CLI::ParseError& fault) {
        return line.exit(fault) == 0 ? 0 : 2;
    } catch (const geo::Error& error) {
        std::fprintf(stderr, "sarhad token: %s\n", error.what());
        return error.code == geo::ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
