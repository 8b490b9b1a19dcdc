#include "server/commands/audit.hpp"

#include "geo/error.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "layers/audit/proof.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/commands/through_server.hpp"
#include "server/endpoints/audit.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace server::commands {
namespace {

namespace fs = std::filesystem;
namespace audit = layers::audit;
using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

struct Options {
    std::string data_dir, against, key, file;
    std::int64_t seq = 0;
    bool json = false;
};

std::string read_text(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw Error{ErrorCode::not_found, "the file can't be read: " + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::unique_ptr<layers::store::Store> open_here(const Options& options) {
    if (!fs::exists(fs::path{options.data_dir} / layers::store::kDatabaseName))
        throw Error{ErrorCode::not_found, "there is no database in " + options.data_dir};
    // What a write-protected disk holds can be proved too.
    return layers::store::open_spatialite(options.data_dir, {.read_only_too = true});
}

// A line that somebody kept must stand among the checkpoints, where it stood.
void hold_against(const Options& options, json& report) {
    if (options.against.empty()) return;
    const auto lines = audit::read_lines(options.data_dir);
    std::string text = read_text(options.against);
    for (std::size_t from = 0, end = 0; from < text.size(); from = end + 1) {
        end = std::min(text.find('\n', from), text.size());
        const std::string line = text.substr(from, end - from);
        if (line.empty()) continue;
        const auto kept = audit::checkpoint_from(line);
        if (!kept) throw Error{ErrorCode::invalid_input, "the file holds a line that is no checkpoint", "against"};
        const auto number = static_cast<std::size_t>(kept->number);
        const std::string name = "checkpoint " + std::to_string(kept->number) + " of " + geo::to_rfc3339(kept->made_at);
        if (number > lines.size())
            report["faults"].push_back(name + " was kept elsewhere and is not here: the data was set back");
        else if (number < 1 || lines[number - 1] != line)
            report["faults"].push_back(name + " was kept elsewhere and is another one here");
    }
}

void demand_key(const Options& options, json& report) {
    if (options.key.empty()) return;
    for (const auto& key : report["keys"])
        if (key != options.key)
            report["faults"].push_back("checkpoints are signed by another key: " + key.get<std::string>());
}

json verify(const Options& options) {
    Progress progress{"audit", options.json};
    json report;
    if (const auto server = server_holding(options.data_dir))
        report =
            results_of_job(*server, expect(server->post_json("/audit/verification", "{}"), 202), progress, "reading");
    else
        report = audit_report_json(
            open_here(options)->verify_audit({.progress = [&](double share) { progress.show(share, "reading"); }}));
    hold_against(options, report);
    demand_key(options, report);
    report["whole"] = report["faults"].empty();
    return report;
}

int print_report(const json& report) {
    const auto print = [](const char* what, const json& head) {
        std::printf("  %-10s %lld, root %s\n", what, static_cast<long long>(head["size"].get<std::int64_t>()),
                    head["root"].get<std::string>().c_str());
    };
    const bool whole = report["whole"].get<bool>();
    std::printf("%s\n", whole ? "The audit is whole." : "THE AUDIT IS NOT WHOLE:");
    for (const auto& fault : report["faults"]) std::printf("  - %s\n", fault.get<std::string>().c_str());
    print("changes", report["changes"]);
    print("accesses", report["accesses"]);
    std::printf("  %-10s %lld\n", "checkpoints", static_cast<long long>(report["checkpoints"].get<std::int64_t>()));
    for (const auto& key : report["keys"]) std::printf("  %-10s %s\n", "signed by", key.get<std::string>().c_str());
    return whole ? 0 : 1;
}

std::string prove(const Options& options) {
    std::string text;
    if (const auto server = server_holding(options.data_dir))
        text = expect(server->get("/audit/proofs/" + std::to_string(options.seq)), 200).dump();
    else
        text = audit::to_json(open_here(options)->prove(options.seq));
    if (const auto fault = audit::fault_of(audit::proof_from_json(text)))
        throw Error{ErrorCode::storage_failed, *fault};
    return text;
}

int confirm(const Options& options) {
    const auto proof = audit::proof_from_json(read_text(options.file));
    const auto key = geo::wrap::from_hex(options.key);
    if (!key) throw Error{ErrorCode::invalid_input, "a key is 64 hexadecimal digits", "key"};
    const auto fault = audit::fault_of(proof, *key);
    const auto checkpoint = audit::checkpoint_from(proof.checkpoint);
    if (options.json) {
        std::printf("%s\n", json{{"holds", !fault}, {"fault", fault ? json(*fault) : json(nullptr)}}.dump().c_str());
    } else if (fault) {
        std::printf("The proof does not hold: %s.\n", fault->c_str());
    } else {
        std::printf(
            "The proof holds: change %lld of %s by %s stands in the log of %lld changes that was signed at %s by "
            "%s.\n",
            static_cast<long long>(proof.leaf.seq), proof.leaf.layer.c_str(), proof.leaf.account.c_str(),
            static_cast<long long>(checkpoint->changes.size), geo::to_rfc3339(checkpoint->made_at).c_str(),
            geo::wrap::to_hex(checkpoint->public_key).c_str());
    }
    return fault ? 1 : 0;
}

std::string checkpoint(const Options& options) {
    if (const auto server = server_holding(options.data_dir)) {
        auto answer = server->get("/audit/checkpoint");
        if (answer.status != 200) expect(answer, 200);
        return answer.body;
    }
    return open_here(options)->checkpoint() + "\n";
}

} // namespace

int audit_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Prove what the log says; while a server runs, through it."};
    line.name("sarhad audit");
    line.require_subcommand(1);
    auto* whole = line.add_subcommand("verify", "Find whatever was changed, taken out, cut off or set back.");
    auto* one =
        line.add_subcommand("prove", "Print the proof (RFC 6962) that a change stands in the signed log, as JSON.");
    auto* proof = line.add_subcommand("confirm", "Check a proof; no data is needed.");
    auto* now =
        line.add_subcommand("checkpoint", "Print a signed line that vouches for everything up to now, to be kept "
                                          "elsewhere.");
    for (auto* verb : {whole, one, now})
        verb->add_option("--data-dir", options.data_dir, "where the data lives")->required();
    for (auto* verb : {whole, proof}) {
        verb->add_flag("--json", options.json, "one JSON object on standard output");
        verb->add_option("--key", options.key, "public key that must have signed (64 hexadecimal digits)");
    }
    whole->add_option("--against", options.against, "file of checkpoints that were kept elsewhere");
    one->add_option("SEQ", options.seq, "number of the change")->required();
    proof->add_option("FILE", options.file, "proof as `audit prove` prints it")->required();
    try {
        line.parse(argc, argv);
        if (whole->parsed()) {
            const auto report = verify(options);
            if (!options.json) return print_report(report);
            std::printf("%s\n", report.dump().c_str());
            return report["whole"].get<bool>() ? 0 : 1;
        }
        if (proof->parsed()) return confirm(options);
        const auto text = one->parsed() ? prove(options) + "\n" : checkpoint(options);
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    } catch (const CLI::ParseError& fault) {
        return line.exit(fault) == 0 ? 0 : 2;
    } catch (const geo::Error& error) {
        std::fprintf(stderr, "sarhad audit: %s\n", error.what());
        return error.code == ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
