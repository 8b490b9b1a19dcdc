#include "server/commands/fuse.hpp"

#include "geo/error.hpp"
#include "layers/fuse/bulk.hpp"
#include "layers/fuse/evaluate.hpp"
#include "layers/fuse/fit.hpp"
#include "layers/fuse/list_precision.hpp"
#include "layers/fuse/report_table.hpp"
#include "server/commands/mapping_option.hpp"
#include "server/commands/progress.hpp"
#include "server/http/cores.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;
using namespace layers::fuse;

constexpr std::size_t kShownSkipped = 20;

struct Options {
    std::string reports, mapping, out, truth;
    bool json = false;
};

// RFC 4180
std::string cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string{c};
    return out + '"';
}

std::string number(double value, const char* pattern) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), pattern, value);
    return text.data();
}

std::string terms_text(const std::vector<Term>& terms) {
    std::string text;
    for (const auto& term : terms) {
        if (!text.empty()) text += " | ";
        text += std::string{name(term.name)} + ' ' + number(term.bits, "%+.2f") + ": " + term.said;
    }
    return text;
}

// Written beside the file and put in its place whole.
class OutFile {
public:
    explicit OutFile(std::string path)
        : path_{std::move(path)}, part_{path_ + ".part"}, file_{std::fopen(part_.c_str(), "wb")} {
        if (file_ == nullptr) throw Error{ErrorCode::invalid_input, "can't write " + path_, "out"};
    }
    ~OutFile() {
        if (file_ == nullptr) return;
        std::fclose(file_);
        std::remove(part_.c_str());
    }
    OutFile(const OutFile&) = delete;
    OutFile& operator=(const OutFile&) = delete;
    void write(const std::string& text) { failed_ |= std::fwrite(text.data(), 1, text.size(), file_) != text.size(); }
    void keep() {
        failed_ |= std::fclose(file_) != 0;
        file_ = nullptr;
        if (!failed_ && std::rename(part_.c_str(), path_.c_str()) == 0) return;
        std::remove(part_.c_str());
        throw Error{ErrorCode::storage_full, "could not write all of " + path_};
    }

private:
    std::string path_, part_;
    std::FILE* file_;
    bool failed_ = false;
};

// The likeliest first; a and b in the order of their texts.
void write_pairs(const std::string& path, const std::vector<Assessed>& pairs, const ReportTable& table,
                 const Finder& finder) {
    std::vector<const Assessed*> order;
    for (const auto& pair : pairs) order.push_back(&pair);
    std::ranges::stable_sort(order, [](const auto* one, const auto* other) { return one->score > other->score; });
    OutFile out{path};
    out.write("a,b,score,probability,decision,terms\n");
    for (const auto* pair : order) {
        const auto *a = finder.find(pair->pair.a), *b = finder.find(pair->pair.b);
        if (table.names.at(b->id) < table.names.at(a->id)) std::swap(a, b);
        out.write(cell(table.names.at(a->id)) + ',' + cell(table.names.at(b->id)) + ',' + number(pair->score, "%.4f") +
                  ',' + number(pair->probability, "%.6f") + ',' + name(pair->decision) + ',' +
                  cell(terms_text(explain(*pair, *a, *b))) + '\n');
    }
    out.keep();
}

void tell_skipped(const ReportTable& table) {
    const auto shown = std::min(table.skipped.size(), kShownSkipped);
    for (std::size_t i = 0; i < shown; ++i)
        std::fprintf(stderr, "line %lld skipped: %s\n", static_cast<long long>(table.skipped[i].line),
                     table.skipped[i].why.c_str());
    if (table.skipped_total > static_cast<std::int64_t>(shown))
        std::fprintf(stderr, "… and %lld more lines skipped\n",
                     static_cast<long long>(table.skipped_total) - static_cast<long long>(shown));
}

nlohmann::json to_json(const Evaluation& found) {
    return {{"precision", found.precision},
            {"recall", found.recall},
            {"f1", found.f1},
            {"predicted", found.predicted},
            {"truth", found.truth},
            {"right", found.right},
            {"predicted_clusters", found.predicted_clusters},
            {"true_clusters", found.true_clusters},
            {"unknown_truth", found.unknown_truth}};
}

void print(const Evaluation& found) {
    std::printf("precision %.4f recall %.4f f1 %.4f\n", found.precision, found.recall, found.f1);
    std::printf("pairs predicted %zu true %zu right %zu\n", found.predicted, found.truth, found.right);
    std::printf("clusters predicted %zu true %zu\n", found.predicted_clusters, found.true_clusters);
    if (found.unknown_truth > 0)
        std::printf("true pairs with an unknown report %zu (they count as missed)\n", found.unknown_truth);
}

nlohmann::json run(const Options& options) {
    Progress progress{"fuse", options.json};
    std::optional<layers::normalise::Mapping> mapping;
    if (!options.mapping.empty()) mapping = mapping_named(options.mapping);
    auto table = read_reports(options.reports, mapping);
    if (!options.json) tell_skipped(table);
    if (table.reports.empty())
        throw Error{ErrorCode::invalid_input, "no row of " + options.reports + " could be read", "reports"};
    const auto notes = believe_the_list(table.reports);
    for (const auto& note : notes)
        if (!options.json) std::fprintf(stderr, "%s\n", note.c_str());
    // Before the long work: a file that isn't there should be said at once.
    std::vector<IdPair> truth;
    if (!options.truth.empty()) truth = read_pairs(options.truth);

    Finder finder;
    Surroundings surroundings;
    std::vector<geo::Uuid> ids;
    for (const auto& report : table.reports) {
        finder.add(report);
        surroundings.add(report);
        ids.push_back(report.id);
    }
    const auto threads = static_cast<unsigned>(http::cores_allowed());
    const auto found = compare_all(
        finder,
        {threads, [&](double share) { progress.show(share, std::to_string(table.reports.size()) + " reports"); }, {}});
    const auto find = [&](const geo::Uuid& id) { return finder.find(id); };
    const auto weights = fit(found.pairs, find, surroundings, threads);
    const auto pairs = assess(found.pairs, find, surroundings, {{}, std::cref(weights), threads});
    write_pairs(options.out, pairs, table, finder);

    std::array<std::size_t, 5> decisions{};
    for (const auto& pair : pairs) ++decisions[static_cast<std::size_t>(pair.decision)];
    nlohmann::json result{{"reports", table.reports.size()},
                          {"skipped", table.skipped_total},
                          {"pairs", pairs.size()},
                          {"dropped", found.dropped},
                          {"notes", notes}};
    for (std::size_t i = 0; i < decisions.size(); ++i)
        result["decisions"][name(static_cast<Decision>(i))] = decisions[i];
    std::string detail = std::to_string(table.reports.size()) + " reports, " + std::to_string(table.skipped_total) +
                         " lines skipped, " + std::to_string(pairs.size()) + " pairs";
    if (found.dropped > 0)
        detail += ", " + std::to_string(found.dropped) + " candidates left out at " +
                  std::to_string(found.over_the_cap.size()) + " reports";
    progress.done(detail);
    if (!options.truth.empty()) {
        const auto evaluation = evaluate(pairs, truth, ids);
        result["evaluation"] = to_json(evaluation);
        if (!options.json) print(evaluation);
    }
    return result;
}

} // namespace

int fuse_command(int argc, char** argv) {
    Options options;
    CLI::App line{"Find the reports of a table that are of the same event, and say why. Columns: id, agency, "
                  "valid_from, valid_to, lon, lat, geo_precision_m, time_precision_s, kind, count_min, count_max, "
                  "place; id, valid_from, lon and lat are needed."};
    line.name("sarhad fuse");
    line.add_option("--reports", options.reports, "the reports (CSV)")->required();
    line.add_option("--mapping", options.mapping, "how columns become fields: ucdp-ged, acled or a JSON file");
    line.add_option("--out", options.out, "the pairs to write (CSV): a, b, score, probability, decision, terms")
        ->required();
    line.add_option("--evaluate", options.truth,
                    "true pairs (CSV with columns a, b): print precision and recall at a probability of 0.5");
    line.add_flag("--json", options.json, "one JSON object on standard output, no progress");
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& said) { // --help among them
        return line.exit(said) == 0 ? 0 : 2;
    }
    try {
        const auto result = run(options);
        if (options.json)
            std::printf("%s\n", result.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "sarhad fuse: %s\n", error.what());
        return error.code == ErrorCode::invalid_input ? 2 : 1;
    }
}

} // namespace server::commands
