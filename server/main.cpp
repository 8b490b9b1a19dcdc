// The program's verbs.
#include "layers/ingest/reader.hpp"
#include "server/commands/audit.hpp"
#include "server/commands/backup.hpp"
#include "server/commands/check.hpp"
#include "server/commands/export.hpp"
#include "server/commands/fuse.hpp"
#include "server/commands/import.hpp"
#include "server/commands/judge.hpp"
#include "server/commands/token.hpp"
#include "server/serve.hpp"

#include <array>
#include <cstdio>
#include <string_view>

namespace {

struct Verb {
    std::string_view name;
    int (*run)(int, char**);
    const char* what;
};

constexpr std::array kVerbs{
    Verb{"audit", server::commands::audit_command, "what the signed log proves"},
    Verb{"backup", server::commands::backup_command, "everything as it is at one moment, into a folder or file"},
    Verb{"check", server::commands::check_command, "is the database whole?"},
    Verb{"export", server::commands::export_command, "vector tiles (MBTiles) or GeoJSON of any layers"},
    Verb{"fuse", server::commands::fuse_command, "which reports are of the same event, and why"},
    Verb{"import", server::commands::import_command, "files into a layer"},
    Verb{"judge", server::commands::judge_command, "judgements about pairs of reports, from a table"},
    Verb{"restore", server::commands::restore_command, "a data directory from a backup"},
    Verb{"serve", server::serve_command, "tiles and features over HTTP"},
    Verb{"token", server::commands::token_command, "tokens of accounts"},
};

int usage(std::FILE* to) {
    std::fprintf(to, "sarhad VERB [OPTIONS]\n");
    for (const auto& verb : kVerbs) std::fprintf(to, "  %-8s %s\n", verb.name.data(), verb.what);
    std::fprintf(to, "sarhad VERB --help says more.\n");
    return to == stdout ? 0 : 2;
}

} // namespace

int main(int argc, char** argv) {
    if (const auto code = layers::ingest::run_child_if_asked(argc, argv)) return *code;
    if (argc < 2) return usage(stderr);
    const std::string_view asked = argv[1];
    if (asked == "--version") return std::printf("sarhad %s\n", SARHAD_VERSION) > 0 ? 0 : 1;
    if (asked == "--help" || asked == "-h") return usage(stdout);
    for (const auto& verb : kVerbs)
        if (verb.name == asked) return verb.run(argc - 1, argv + 1);
    std::fprintf(stderr, "sarhad: no verb '%s'\n", argv[1]);
    return usage(stderr);
}
