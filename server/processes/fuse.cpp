// Every pair of reports that a person should look at, in one document: for who works with it elsewhere, or wants to
// know how much there is. The queue of the operations room is /judgements/queue.
#include "layers/fuse/pair_json.hpp"
#include "layers/index/sources.hpp"
#include "server/endpoint.hpp"
#include "server/live/live.hpp"
#include "server/processes/table.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace server::processes {
namespace {

using nlohmann::json;

constexpr const char* kVersion = "1.0.0";
constexpr std::size_t kBetweenLooks = 500; // pairs, at whether to go on

std::string run(ProcessContext& context) {
    if (!context.app.live) throw geo::Error{geo::ErrorCode::not_implemented, "This process compares nothing."};
    if (!context.app.sources->find(context.caller, "reports"))
        throw geo::Error{geo::ErrorCode::forbidden, "this role reads no reports"};
    context.report(0, "comparing");
    const double least = context.inputs.number("least");
    const auto most = static_cast<std::size_t>(context.inputs.integer("most"));
    const auto pairs = context.app.live->suggestions.pairs(context.caller, least, context.stop);
    std::map<std::string, std::size_t> decisions;
    json list = json::array();
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (i % kBetweenLooks == 0) {
            context.go_on();
            context.report(static_cast<double>(i) / static_cast<double>(pairs.size()), "telling");
        }
        const auto& assessed = pairs[i];
        ++decisions[layers::fuse::name(assessed.decision)];
        if (list.size() < most)
            list.push_back(
                layers::fuse::pair_json(assessed, context.app.live->suggestions.terms(context.caller, assessed)));
    }
    return json{{"method",
                 {{"name", "fuse"},
                  {"version", kVersion},
                  {"description", "Sum of log2 Bayes factors (Fellegi, Sunter 1969) with surroundings and rivals among "
                                  "the reports that the caller may see. A suggestion: people judge."}}},
                {"parameters", {{"least", least}, {"scenario", context.caller.scenario}}},
                {"decisions", decisions},
                {"numberMatched", pairs.size()},
                {"pairs", std::move(list)}}
        .dump();
}

} // namespace

Process fuse() {
    return {.id = "fuse",
            .title = "Fuse reports",
            .description =
                "Pairs of reports that may tell of one event, each with its probability and why, among those "
                "the caller may see.",
            .version = kVersion,
            .inputs = {{.name = "least",
                        .kind = InputKind::number,
                        .title = "Least probability",
                        .description = "Pairs that always go to a person are told from 0.05 on",
                        .minimum = 0,
                        .maximum = 1,
                        .otherwise = 0.5},
                       {.name = "most",
                        .kind = InputKind::integer,
                        .title = "Pairs told, at most",
                        .description = "All are counted",
                        .minimum = 0,
                        .maximum = 100'000,
                        .otherwise = std::int64_t{10'000}}},
            .output = {.name = "pairs",
                       .title = "Pairs with their scores",
                       .schema = R"({"type": "object", "required": ["pairs", "decisions", "numberMatched"],
                           "properties": {"pairs": {"type": "array", "items": {"type": "object"}},
                                          "decisions": {"type": "object"}, "numberMatched": {"type": "integer"},
                                          "method": {"type": "object"}, "parameters": {"type": "object"}}})"},
            .run = run};
}

} // namespace server::processes
