#include "layers/fuse/silence_reading.hpp"

#include "geo/error.hpp"
#include "layers/index/visible_rows.hpp"

namespace layers::fuse {
namespace {

geo::Instant stored_at(const Record& version) {
    const auto* at = std::get_if<geo::Instant>(&version.values[common::recorded_at]);
    return at != nullptr ? *at : geo::Instant{};
}

// A correction makes no report later than it was.
geo::Instant first_stored(const store::Store& store, const Layer& layer, const Record& record,
                          const std::stop_token& stop) {
    if (record.version <= 1) return stored_at(record);
    if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "It was stopped."};
    const auto versions = store.history(layer.id, record.id);
    return stored_at(versions.empty() ? record : versions.front().record);
}

} // namespace

std::vector<std::string> silence_made_from() {
    return {"reports", "check_posts", "patrol_tracks", "border_sections"};
}

std::vector<normalise::Section> visible_sections(const ViewOf& view_of, const access::Caller& caller,
                                                 const std::stop_token& stop) {
    std::vector<normalise::Section> sections;
    const auto view = view_of("border_sections");
    if (!view) return sections;
    index::visible_rows(*view, caller, {"source_ref"}, true, stop, [&](const Layer&, const Record& row) {
        const auto* reference = std::get_if<std::string>(&row.values[common::source_ref]);
        sections.push_back({reference != nullptr ? *reference : geo::to_string(row.id), geo::Chain{row.geometry}});
    });
    return sections;
}

SilenceInputs read_silence(const ViewOf& view_of, const store::Store& store, const access::Caller& caller,
                           const std::vector<normalise::Section>& sections, const SilenceQuestion& question,
                           const std::stop_token& stop,
                           const std::function<void(double share, const char* what)>& progress) {
    const auto say = [&](double share, const char* what) {
        if (progress) progress(share, what);
    };
    SilenceReader reader{sections, question};
    const auto each = [&](const char* layer, const std::vector<std::string>& fields, bool geometry,
                          const index::VisitRow& visit) {
        if (const auto view = view_of(layer)) index::visible_rows(*view, caller, fields, geometry, stop, visit);
    };
    each("border_sections", {}, false, [&](const Layer&, const Record& row) { reader.section(row); });
    say(0.1, "reading reports");
    each("reports", SilenceReader::report_fields(), false, [&](const Layer& layer, const Record& row) {
        reader.report(layer, row, [&](const Record& used) { return first_stored(store, layer, used, stop); });
    });
    say(0.7, "reading check posts and patrols");
    each("check_posts", SilenceReader::check_post_fields(), false,
         [&](const Layer& layer, const Record& row) { reader.check_post(layer, row); });
    each("patrol_tracks", SilenceReader::patrol_fields(), true,
         [&](const Layer& layer, const Record& row) { reader.patrol(layer, row); });
    return reader.take();
}

} // namespace layers::fuse
