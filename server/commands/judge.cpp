#include "server/commands/judge.hpp"

#include "geo/error.hpp"
#include "geo/wrap/descriptor.hpp"
#include "layers/fuse/pictures.hpp"
#include "layers/ingest/csv_records.hpp"
#include "layers/normalise/normalise.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/commands/through_server.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::fuse::Judgement;
using nlohmann::json;

constexpr std::size_t kBatch = 500; // as /judgements takes
constexpr std::array kColumns{"a_agency", "a_ref", "b_agency", "b_ref", "verdict", "why"};

struct Options {
    std::string data_dir, file, scenario, agency, account = "operator";
    bool json = false;
};

struct Line {
    std::int64_t number = 0;
    Judgement judgement;
};

struct Outcome {
    std::size_t judged = 0;
    std::vector<std::string> refused; // for people, by line
};

// A judgement read twice is the same one: its id is made from what it says.
geo::Uuid id_of(const Judgement& judgement, const std::string& scenario) {
    return geo::uuid_from_hash("judgement " + scenario + " " + geo::to_string(judgement.pair.first) +
                               geo::to_string(judgement.pair.second) + layers::fuse::name(judgement.verdict));
}

std::vector<Line> read(const Options& options) {
    const geo::wrap::Descriptor file{::open(options.file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0) throw Error{ErrorCode::unreadable_file, "the file can't be read"};
    layers::ingest::Input input{file.get()};
    layers::ingest::CsvRecords records{input};
    layers::ingest::CsvRecord record;
    if (!records.next(record) || !std::ranges::equal(record.cells, kColumns))
        throw Error{ErrorCode::invalid_input, "the columns are a_agency,a_ref,b_agency,b_ref,verdict,why"};
    const auto reports = layers::Catalogue{}.find("reports");
    const auto report = [&](const std::string& agency, const std::string& reference) {
        return layers::normalise::id_of_reference(*reports, agency, options.scenario, reference);
    };
    std::vector<Line> lines;
    while (records.next(record)) {
        const auto& cells = record.cells;
        const auto verdict = cells.size() == kColumns.size() ? layers::fuse::verdict_from(cells[4]) : std::nullopt;
        if (!verdict || cells[1].empty() || cells[3].empty())
            throw Error{ErrorCode::invalid_input, "line " + std::to_string(record.line) + " is no judgement"};
        if (layers::normalise::private_number(cells[5]))
            throw Error{ErrorCode::invalid_input,
                        "line " + std::to_string(record.line) + ": a telephone or identity number is not kept"};
        Judgement judgement;
        judgement.pair = layers::fuse::pair_of(report(cells[0], cells[1]), report(cells[2], cells[3]));
        judgement.verdict = *verdict;
        judgement.agency = options.agency;
        judgement.account = options.account;
        judgement.why = cells[5];
        judgement.id = id_of(judgement, options.scenario);
        lines.push_back({record.line, std::move(judgement)});
    }
    return lines;
}

std::string said(const Line& line, const std::string& why) {
    return "line " + std::to_string(line.number) + ": " + why;
}

// Each is held against those before it, as a person's is.
Outcome judge_here(const Options& options, const std::vector<Line>& lines, Progress& progress) {
    const auto store = layers::store::open_spatialite(options.data_dir);
    layers::index::ReadModel model{*store, ""};
    const layers::feed::Journal journal{*store, model};
    layers::fuse::Pictures pictures{*store, model, journal};
    layers::access::Caller everybody;
    everybody.open = true;
    everybody.scenario = options.scenario;
    const auto layer = store->catalogue().find("judgements");
    Outcome outcome;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i % 100 == 0) progress.show(static_cast<double>(i) / static_cast<double>(lines.size()), "judging");
        const auto& judgement = lines[i].judgement;
        const auto standing = pictures.trial(everybody, {{judgement.pair, judgement.verdict}})[0];
        if (!standing.seen || !standing.path.empty()) {
            outcome.refused.push_back(
                said(lines[i], !standing.seen ? "there is no such report" : "other judgements contradict it"));
            continue;
        }
        layers::store::Write write;
        write.layer = layer->id;
        write.record = layers::fuse::row_of(*layer, judgement, options.scenario);
        write.account = options.account;
        write.skip_if_same = true;
        const auto items = store->write({std::move(write)}).get();
        if (items.at(0).error) throw *items[0].error;
        outcome.judged += items[0].result->outcome == layers::store::Outcome::created;
    }
    return outcome;
}

Outcome judge_there(const LocalServer& server, const Options& options, const std::vector<Line>& lines,
                    Progress& progress) {
    const std::string scenario = options.scenario.empty() ? "real" : options.scenario;
    Outcome outcome;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i % 100 == 0) progress.show(static_cast<double>(i) / static_cast<double>(lines.size()), "judging");
        const auto& judgement = lines[i].judgement;
        const auto answer = server.post_json("/judgements?scenario=" + percent_encoded(scenario),
                                             json{{"a", geo::to_string(judgement.pair.first)},
                                                  {"b", geo::to_string(judgement.pair.second)},
                                                  {"verdict", layers::fuse::name(judgement.verdict)},
                                                  {"why", judgement.why}}
                                                 .dump());
        if (answer.status == 404 || answer.status == 409) {
            outcome.refused.push_back(
                said(lines[i], answer.status == 404 ? "there is no such report" : "other judgements contradict it"));
            continue;
        }
        expect(answer, 201);
        ++outcome.judged;
    }
    return outcome;
}

int print(const Outcome& outcome, bool as_json) {
    if (as_json) {
        std::printf("%s\n", json{{"judged", outcome.judged}, {"refused", outcome.refused}}.dump().c_str());
    } else {
        std::printf("%zu judged, %zu refused\n", outcome.judged, outcome.refused.size());
        for (const auto& line : outcome.refused) std::printf("  %s\n", line.c_str());
    }
    return outcome.refused.empty() ? 0 : 1;
}

} // namespace

int judge_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Take over judgements about pairs of reports: which tell of the same event and which don't."};
    line.add_option("--data-dir", options.data_dir, "where the data lives")->required();
    line.add_option("--scenario", options.scenario, "of the reports; the real world when left out");
    line.add_option("--agency", options.agency, "that judged");
    line.add_flag("--json", options.json, "one JSON object on standard output");
    line.add_option("FILE", options.file, "CSV: a_agency,a_ref,b_agency,b_ref,verdict,why")->required();
    try {
        line.parse(argc, argv);
        const auto lines = read(options);
        Progress progress{"judge", options.json};
        const auto server = server_holding(options.data_dir);
        return print(server ? judge_there(*server, options, lines, progress) : judge_here(options, lines, progress),
                     options.json);
    } catch (const CLI::ParseError& fault) {
        return line.exit(fault) == 0 ? 0 : 2;
    } catch (const Error& error) {
        std::fprintf(stderr, "sarhad judge: %s\n", error.what());
        return error.code == ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
