#include "layers/fuse/silence_reading.hpp"

#include "geo/error.hpp"
#include "layers/index/visible_rows.hpp"

namespace layers::fuse {
namespace {

geo::Instant stored_at(const Record& version) {
    const auto* at = std::get_if<geo::Instant>(&version.values[common::recorded_at]);
    return at != nullptr ? *at : geo::Instant{};
}

} // namespace

geo::Instant FirstStored::operator()(const Layer& layer, const Record& record) {
    if (record.version <= 1) return stored_at(record);
    {
        const std::lock_guard lock{mutex_};
        if (const auto at = known_.find(record.id); at != known_.end()) return at->second;
    }
    const auto versions = store_.history(layer.id, record.id);
    const auto first = stored_at(versions.empty() ? record : versions.front().record);
    const std::lock_guard lock{mutex_};
    if (known_.size() >= kMost) known_.clear();
    known_[record.id] = first;
    return first;
}

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

SilenceInputs read_silence(const ViewOf& view_of, FirstStored& first_stored, const access::Caller& caller,
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
        reader.report(layer, row, [&](const Record& used) {
            if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "It was stopped."};
            return first_stored(layer, used);
        });
    });
    say(0.7, "reading check posts and patrols");
    each("check_posts", SilenceReader::check_post_fields(), false,
         [&](const Layer& layer, const Record& row) { reader.check_post(layer, row); });
    each("patrol_tracks", SilenceReader::patrol_fields(), true,
         [&](const Layer& layer, const Record& row) { reader.patrol(layer, row); });
    return reader.take();
}

} // namespace layers::fuse
