#include "server/commands/token.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/auth/token.hpp"
#include "server/auth/token_json.hpp"
#include "server/commands/through_server.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace server::commands {
namespace {

using nlohmann::json;

struct Options {
    std::string data_dir, agency, account, expires, id, reason;
    std::vector<std::string> roles;
    bool json = false;
};

auth::By operator_by(const Options& options) {
    return {"operator", "", options.reason};
}

json create(const Options& options) {
    if (const auto server = server_holding(options.data_dir)) {
        json wish{{"roles", options.roles}, {"agency", options.agency}};
        for (const auto& [name, value] :
             {std::pair{"account", options.account}, {"expires", options.expires}, {"reason", options.reason}}) {
            if (!value.empty()) wish[name] = value;
        }
        return expect(server->post_json("/tokens", wish.dump()), 201);
    }
    auth::TokenWish wish{options.roles, options.agency, options.account};
    if (!options.expires.empty()) wish.expires_at = auth::expiry_from(options.expires, geo::now());
    const auto store = layers::store::open_spatialite(options.data_dir);
    const auto made = auth::create_token(*store, wish, operator_by(options));
    auto out = auth::token_json(made.account, geo::now());
    out["token"] = made.token;
    return out;
}

json list(const Options& options) {
    if (const auto server = server_holding(options.data_dir)) return expect(server->get("/tokens"), 200)["tokens"];
    const auto store = layers::store::open_spatialite(options.data_dir, {.read_only_too = true});
    json tokens = json::array();
    for (const auto& account : store->accounts()) tokens.push_back(auth::token_json(account, geo::now()));
    return tokens;
}

json revoke(const Options& options) {
    if (const auto server = server_holding(options.data_dir)) {
        const std::string why = options.reason.empty() ? "" : "?reason=" + percent_encoded(options.reason);
        return expect(server->remove("/tokens/" + percent_encoded(options.id) + why), 200);
    }
    const auto store = layers::store::open_spatialite(options.data_dir);
    return auth::token_json(auth::revoke_token(*store, options.id, operator_by(options)), geo::now());
}

std::string text_of(const json& token, const char* name) {
    const auto& value = token.at(name);
    if (value.is_null()) return "-";
    if (!value.is_array()) return value.get<std::string>();
    std::string all;
    for (const auto& one : value) all += (all.empty() ? "" : ",") + one.get<std::string>();
    return all;
}

void print_created(const json& made) {
    std::fprintf(stderr, "Account %s, token %s%s. It is shown this once; only its hash is kept:\n",
                 text_of(made, "account").c_str(), text_of(made, "id").c_str(),
                 made["expires_at"].is_null() ? "" : (", until " + text_of(made, "expires_at")).c_str());
    std::printf("%s\n", text_of(made, "token").c_str());
}

void print_list(const json& tokens) {
    std::printf("%-16s  %-8s  %-16s  %-20s  %-27s  %s\n", "ID", "STATE", "AGENCY", "ROLES", "UNTIL", "ACCOUNT");
    for (const auto& token : tokens)
        std::printf("%-16s  %-8s  %-16s  %-20s  %-27s  %s\n", text_of(token, "id").c_str(),
                    text_of(token, "state").c_str(), text_of(token, "agency").c_str(), text_of(token, "roles").c_str(),
                    text_of(token, "expires_at").c_str(), text_of(token, "account").c_str());
}

} // namespace

int token_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Tokens of accounts; while a server runs, through it."};
    line.name("sarhad token");
    line.require_subcommand(1);
    auto* make = line.add_subcommand("create", "Make an account with a token, shown this once.");
    auto* all = line.add_subcommand("list", "All tokens, without their secrets.");
    auto* end = line.add_subcommand("revoke", "End a token: refused from then on, also by a running server.");
    for (auto* verb : {make, all, end}) {
        verb->add_option("--data-dir", options.data_dir, "where the data lives")->required();
        verb->add_flag("--json", options.json, "JSON on standard output");
    }
    make->add_option("--role", options.roles, "role; may be repeated")->required();
    make->add_option("--agency", options.agency, "code of the agency")->required();
    make->add_option("--account", options.account, "id of the account; made up when not given");
    make->add_option("--expires", options.expires, "when it ends: 90d, 12h, 30m or an RFC 3339 instant");
    end->add_option("ID", options.id, "id of the token, as listed")->required();
    for (auto* verb : {make, end}) verb->add_option("--reason", options.reason, "why, for the audit");
    try {
        line.parse(argc, argv);
        const json out = make->parsed() ? create(options) : all->parsed() ? list(options) : revoke(options);
        if (options.json)
            std::printf("%s\n", out.dump().c_str());
        else if (make->parsed())
            print_created(out);
        else if (all->parsed())
            print_list(out);
        else
            std::printf("Token %s of %s is revoked.\n", text_of(out, "id").c_str(), text_of(out, "account").c_str());
        return 0;
    } catch (const CLI::ParseError& fault) {
        return line.exit(fault) == 0 ? 0 : 2;
    } catch (const geo::Error& error) {
        std::fprintf(stderr, "sarhad token: %s\n", error.what());
        return error.code == geo::ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
