#include "server/jobs/import_report.hpp"

#include <nlohmann/json.hpp>

namespace server::jobs {
namespace {

using Json = nlohmann::ordered_json;

Json counts(const ImportReport& report) {
    return {{"rows", report.rows},           {"created", report.created}, {"replaced", report.replaced},
            {"unchanged", report.unchanged}, {"earlier", report.earlier}, {"rejected", report.rejected},
            {"repaired", report.repaired},   {"unowned", report.unowned}, {"notes_total", report.notes_total}};
}

Json notes(const ImportReport& report) {
    auto list = Json::array();
    for (const auto& note : report.notes) {
        list.push_back({{report.counts_lines ? "line" : "feature", note.line},
                        {"field", note.field},
                        {"reason", note.reason},
                        {"rejected", note.rejected}});
    }
    return list;
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

void ImportReport::add(layers::normalise::Note note) {
    ++notes_total;
    if (notes.size() < kMaxNotes) notes.push_back(std::move(note));
}

std::string to_json(const ImportReport& report) {
    Json out{{"file", report.file}, {"layer", report.layer}, {"format", report.format}, {"crs", report.crs}};
    if (!report.source_layer.empty()) out["source_layer"] = report.source_layer;
    if (!report.other_layers.empty()) out["other_layers"] = report.other_layers;
    out["new_layer"] = report.new_layer;
    out["dry_run"] = report.dry_run;
    out["strict"] = report.strict;
    out["complete"] = report.complete;
    out["resumed"] = report.resumed;
    out.update(counts(report));
    out["accepted"] = report.accepted();
    if (!report.assumes.empty()) out["assumes"] = report.assumes;
    if (report.stopped) out["stopped"] = report.stopped->what();
    out["notes"] = notes(report);
    return dump(out);
}

ImportReport report_from_json(const std::string& text) {
    const auto in = nlohmann::json::parse(text, nullptr, false);
    if (!in.is_object() || !in.contains("layer") || !in.contains("rows")) {
        throw geo::Error{geo::ErrorCode::invalid_input, "this is no report of an import"};
    }
    ImportReport report;
    const auto notes = in.value("notes", nlohmann::json::array());
    report.counts_lines = notes.empty() || !notes[0].is_object() || notes[0].contains("line");
    progress_from_json(report, text);
    for (auto [key, field] : {std::pair{"file", &report.file},
                              {"layer", &report.layer},
                              {"format", &report.format},
                              {"crs", &report.crs},
                              {"source_layer", &report.source_layer},
                              {"assumes", &report.assumes}}) {
        *field = in.value(key, std::string{});
    }
    report.other_layers = in.value("other_layers", std::vector<std::string>{});
    report.dry_run = in.value("dry_run", false);
    report.strict = in.value("strict", false);
    report.complete = in.value("complete", false);
    report.resumed = in.value("resumed", false);
    if (in.contains("stopped")) {
        report.stopped = geo::Error{geo::ErrorCode::internal, in.value("stopped", std::string{})};
    }
    return report;
}

std::string to_text(const ImportReport& report, std::size_t most_notes) {
    std::string out = report.file + " (" + report.format +
                      (report.other_layers.empty() ? "" : ", " + report.source_layer) + ") -> " + report.layer +
                      (report.new_layer ? ", a new layer" : "") + '\n';
    const auto line = [&out](const char* what, std::int64_t n) {
        if (n > 0) out += "  " + std::to_string(n) + ' ' + what + '\n';
    };
    line("rows read", report.rows);
    if (report.dry_run) line("could go in (dry run: nothing was written)", report.accepted());
    line("created", report.created);
    line("replaced", report.replaced);
    line("unchanged", report.unchanged);
    line("went in before an earlier run was stopped", report.earlier);
    line("repaired", report.repaired);
    line("rejected", report.rejected);
    line("without an owner: everyone sees them (--agency names one)", report.unowned);
    if (report.rows == 0 && !report.stopped) out += "  no rows\n";
    if (report.resumed) out += "  went on where an earlier run was stopped\n";
    if (!report.other_layers.empty()) {
        out += "  not read, in the file too:";
        for (const auto& layer : report.other_layers) out += ' ' + layer;
        out += " (--source-layer)\n";
    }
    if (!report.assumes.empty()) out += "  assumed: " + report.assumes + '\n';
    for (std::size_t i = 0; i < report.notes.size() && i < most_notes; ++i) {
        const auto& note = report.notes[i];
        out += std::string{"  "} + (report.counts_lines ? "line " : "feature ") + std::to_string(note.line) + ": " +
               (note.field.empty() ? "" : note.field + ": ") + note.reason + (note.rejected ? "" : " (taken)") + '\n';
    }
    const auto shown = static_cast<std::int64_t>(std::min(report.notes.size(), most_notes));
    if (report.notes_total > shown)
        out += "  and " + std::to_string(report.notes_total - shown) + " more (--json shows up to 1000)\n";
    if (report.stopped) {
        out += std::string{"  stopped: "} + report.stopped->what() + '\n';
        if (!report.dry_run && !report.strict)
            out += "  what is counted above is in; the same command goes on from there\n";
    }
    return out;
}

std::string progress_to_json(const ImportReport& report) {
    auto out = counts(report);
    out["new_layer"] = report.new_layer;
    out["notes"] = notes(report);
    return dump(out);
}

void progress_from_json(ImportReport& report, const std::string& json) {
    const auto in = nlohmann::json::parse(json, nullptr, false);
    if (!in.is_object()) return;
    const auto number = [&](const nlohmann::json& from, const char* key) {
        const auto at = from.find(key);
        return at != from.end() && at->is_number_integer() ? at->get<std::int64_t>() : 0;
    };
    const auto text = [](const nlohmann::json& from, const char* key) {
        const auto at = from.find(key);
        return at != from.end() && at->is_string() ? at->get<std::string>() : std::string{};
    };
    report.rows = number(in, "rows");
    report.created = number(in, "created");
    report.replaced = number(in, "replaced");
    report.unchanged = number(in, "unchanged");
    report.earlier = number(in, "earlier");
    report.rejected = number(in, "rejected");
    report.repaired = number(in, "repaired");
    report.unowned = number(in, "unowned");
    report.notes_total = number(in, "notes_total");
    report.new_layer = in.value("new_layer", false);
    report.notes.clear();
    for (const auto& note : in.value("notes", nlohmann::json::array())) {
        if (!note.is_object()) continue;
        report.notes.push_back({number(note, report.counts_lines ? "line" : "feature"), text(note, "field"),
                                text(note, "reason"), note.value("rejected", false)});
    }
}

} // namespace server::jobs
