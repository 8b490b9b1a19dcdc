// Silence by agency and area as GeoJSON, with all that is needed to judge and repeat it.
#include "layers/encode/feature_json.hpp"
#include "layers/fuse/silence_reading.hpp"
#include "layers/model/built_in.hpp"
#include "server/endpoint.hpp"
#include "server/processes/table.hpp"

#include <nlohmann/json.hpp>

namespace server::processes {
namespace {

using layers::fuse::SilenceInputs;
using layers::fuse::SilenceQuestion;
using nlohmann::json;

constexpr const char* kVersion = "1.0.0";

json sources_json(const SilenceInputs& inputs) {
    json out = json::array();
    for (const auto& source : inputs.sources) {
        out.push_back({{"collection", source.collection},
                       {"data_version", source.data_version},
                       {"used", source.used},
                       {"left_out", json::array()}});
        for (const auto& [why, count] : source.left_out)
            out.back()["left_out"].push_back({{"why", why}, {"count", count}});
    }
    return out;
}

json method_json() {
    using namespace layers::fuse;
    return {{"name", "silence"},
            {"version", kVersion},
            {"description", "Chance of no report since the last one, if the agency's rate in that area still held: "
                            "Gamma-Poisson, the prior's mean that of all the agency's areas. Season is not modelled; "
                            "rescue reports are not looked at. Few reports are not few events."},
            {"constants",
             {{"area_m", kSilenceArea_m},
              {"prior_shape", kPriorShape},
              {"quiet_below", kQuietBelow},
              {"silent_below", kSilentBelow},
              {"fewest_reports", kFewestReports},
              {"late_from_h", kLateFrom_h},
              {"fewest_delays", kFewestDelays},
              {"fewest_delays_of_agency", kFewestAgencyDelays},
              {"delivery_gap_s", kDeliveryGap_s},
              {"archive_reports", kArchiveReports},
              {"archive_span_days", kArchiveSpan_days},
              {"source", "assumed"}}}};
}

// Features as /items writes them, by the same writer.
void append_features(std::string& out, const ProcessContext& context, const std::shared_ptr<const layers::Layer>& layer,
                     const std::vector<layers::Record>& rows) {
    const auto policy = layers::access::compile(context.caller, *layer);
    const auto view = layers::index::make_view(layer, rows, 1);
    layers::encode::FeatureWriter writer{*layer, policy.visible, {}, {}};
    bool first = true;
    for (const auto& row : rows) {
        const auto found = view->find(row.id);
        if (!found) continue;
        if (!std::exchange(first, false)) out += ',';
        writer.append(out, *found->piece->segment, found->row);
    }
}

std::string run(ProcessContext& context) {
    const SilenceQuestion question{.now = context.inputs.has("at") ? context.inputs.instant("at") : geo::now(),
                                   .window_days = static_cast<double>(context.inputs.integer("window_days"))};
    const auto& app = context.app;
    const auto view_of = [&app](const std::string& id) { return app.index->view(id); };
    const auto sections = layers::fuse::visible_sections(view_of, context.caller, context.stop);
    layers::fuse::FirstStored first_stored{*app.store};
    const auto inputs =
        layers::fuse::read_silence(view_of, first_stored, context.caller, sections, question, context.stop,
                                   [&context](double share, const char* what) { context.report(share, what); });
    context.report(0.9, "judging");
    context.go_on();
    const auto layer = std::make_shared<const layers::Layer>(layers::silence());
    const auto rows = layers::fuse::silence_rows(*layer, inputs, sections, question, context.caller.scenario);
    const json parameters{{"at", geo::to_rfc3339(question.now)},
                          {"window_days", context.inputs.integer("window_days")},
                          {"scenario", context.caller.scenario.empty() ? "real" : context.caller.scenario}};
    const json label{{"handling", "H" + std::to_string(inputs.label.handling)},
                     {"releasable_to", inputs.label.releasable_to}};
    std::string out = R"({"type":"FeatureCollection","method":)" + method_json().dump() + R"(,"parameters":)" +
                      parameters.dump() + R"(,"inputs":)" + sources_json(inputs).dump() + R"(,"label":)" +
                      label.dump() + R"(,"numberReturned":)" + std::to_string(rows.size()) + R"(,"features":[)";
    append_features(out, context, layer, rows);
    return out + "]}";
}

} // namespace

Process silence() {
    return {.id = "silence",
            .title = "Silence",
            .description = "Where an agency that usually reports has stopped, reports late, or has posts or patrols "
                           "and never reported: by agency and 50 km of border, from what the caller may see.",
            .version = kVersion,
            .inputs = {{.name = "at",
                        .kind = InputKind::instant,
                        .title = "Moment to judge",
                        .description = "Now when left out. Reports about later times are not used; of reports that "
                                       "were handed in later, those that are stored today are"},
                       {.name = "window_days",
                        .kind = InputKind::integer,
                        .title = "Days that make a habit",
                        .description = "Back from an agency's last report in an area",
                        .minimum = 30,
                        .maximum = 3660,
                        .otherwise = std::int64_t{365}}},
            .output = {.name = "silence",
                       .title = "Silence by agency and area",
                       .description = "Features of the layer `silence`, with method, parameters, inputs and label",
                       .media_type = "application/geo+json",
                       .schema = R"({"type": "object", "required": ["type", "features", "method", "inputs", "label"],
                           "properties": {"type": {"type": "string", "enum": ["FeatureCollection"]},
                                          "features": {"type": "array", "items": {"type": "object"}},
                                          "method": {"type": "object"}, "parameters": {"type": "object"},
                                          "inputs": {"type": "array", "items": {"type": "object"}},
                                          "label": {"type": "object"}}})"},
            .run = run};
}

} // namespace server::processes
