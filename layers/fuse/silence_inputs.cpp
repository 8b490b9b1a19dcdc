#include "layers/fuse/silence_inputs.hpp"

#include "geo/wrap/crypto.hpp"
#include "layers/fuse/report.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace layers::fuse {
namespace {

constexpr double kDay_us = 86'400e6;
constexpr double kStep_m = 5'000; // a patrol's track is looked at about so often

const std::string* text(const Record& record, std::size_t ordinal) {
    return std::get_if<std::string>(&record.values[ordinal]);
}

const std::string* text(const Layer& layer, const Record& record, std::string_view field) {
    const auto ordinal = layer.find(field);
    return ordinal ? text(record, *ordinal) : nullptr;
}

const geo::Instant* instant(const Record& record, std::size_t ordinal) {
    return std::get_if<geo::Instant>(&record.values[ordinal]);
}

bool is(const Layer& layer, const Record& record, std::string_view field, bool wanted) {
    const auto ordinal = layer.find(field);
    const bool* value = ordinal ? std::get_if<bool>(&record.values[*ordinal]) : nullptr;
    return value != nullptr && *value == wanted;
}

// "Provincial Excise" as a code: provincial_excise. Sources name agencies at a post in words.
std::string code_of(const std::string& name) {
    std::string code;
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z', plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (upper || plain)
            code += upper ? static_cast<char>(c + 32) : c;
        else if (!code.empty() && code.back() != '_')
            code += '_';
    }
    while (!code.empty() && code.back() == '_') code.pop_back();
    return code;
}

std::uint64_t mixed(std::uint64_t x) { // the finaliser of SplitMix64
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

} // namespace

SilenceReader::SilenceReader(const std::vector<normalise::Section>& sections, const SilenceQuestion& question)
    : sections_{sections}, question_{question} {
    reports_.said.collection = "reports";
    posts_.said.collection = "check_posts";
    patrols_.said.collection = "patrol_tracks";
    lines_.said.collection = "border_sections";
}

std::vector<std::string> SilenceReader::report_fields() {
    return {"agency",   "valid_from",    "recorded_at", "section_id", "distance_along_m",
            "handling", "releasable_to", "kind",        "sar_phase",  "withdrawn"};
}

std::vector<std::string> SilenceReader::check_post_fields() {
    return {"agency",   "valid_to",      "section_id",       "distance_along_m",
            "handling", "releasable_to", "present_agencies", "staffed"};
}

std::vector<std::string> SilenceReader::patrol_fields() {
    return {"agency", "valid_from", "section_id", "distance_along_m", "handling", "releasable_to", "status"};
}

void SilenceReader::use(Source& source, const std::vector<std::string>& agencies, const Record& record) {
    ++source.said.used;
    const auto key = mixed(std::hash<geo::Uuid>{}(record.id) + static_cast<std::uint64_t>(record.version));
    source.sum_a += key;
    source.sum_b += mixed(key);
    // What nobody owns is everybody's: it narrows nothing.
    if (text(record, common::agency) == nullptr) return;
    inputs_.label.add(record);
    for (const auto& agency : agencies) inputs_.agencies[agency].label.add(record);
}

void SilenceReader::report(const Layer& reports, const Record& record,
                           const std::function<geo::Instant(const Record&)>& first_stored) {
    if (is_rescue(reports, record)) return; // before anything else
    auto& left_out = reports_.said.left_out;
    const auto* agency = text(record, common::agency);
    const auto* at = instant(record, common::valid_from);
    if (is(reports, record, "withdrawn", true))
        ++left_out["withdrawn"];
    else if (agency == nullptr || agency->empty())
        ++left_out["no agency"];
    else if (at == nullptr)
        ++left_out["no time"];
    else if (*at > question_.now)
        ++left_out["of a time to come"];
    else {
        inputs_.agencies[*agency].areas[area_of(record)].heard.push_back({*at, first_stored(record)});
        use(reports_, {*agency}, record);
    }
}

void SilenceReader::check_post(const Layer& check_posts, const Record& record) {
    auto& left_out = posts_.said.left_out;
    const auto* until = instant(record, common::valid_to);
    std::set<std::string> agencies;
    if (const auto* owner = text(record, common::agency)) agencies.insert(*owner);
    if (const auto ordinal = check_posts.find("present_agencies"))
        if (const auto* named = std::get_if<geo::TextList>(&record.values[*ordinal]))
            for (const auto& name : *named) agencies.insert(code_of(name));
    std::erase_if(agencies, [](const auto& code) { return code.empty() || code.ends_with("_unspecified"); });
    const auto area = area_of(record);
    if (is(check_posts, record, "staffed", false))
        ++left_out["not staffed"];
    else if (until != nullptr && *until < question_.now)
        ++left_out["no longer there"];
    else if (agencies.empty())
        ++left_out["no agency"];
    else if (area.section.empty())
        ++left_out["off the line or not located"];
    else {
        for (const auto& agency : agencies) ++inputs_.agencies[agency].areas[area].check_posts;
        use(posts_, {agencies.begin(), agencies.end()}, record);
    }
}

double SilenceReader::length_of(const std::string& section) const {
    const auto found = std::ranges::find(sections_, section, &normalise::Section::id);
    return found == sections_.end() ? 0 : found->chain.length_m();
}

SilenceArea SilenceReader::area_of(const Record& record) const {
    const auto* section = text(record, common::section_id);
    const auto* along = std::get_if<double>(&record.values[common::distance_along_m]);
    return section == nullptr || along == nullptr ? SilenceArea{} : silence_area(*section, *along, length_of(*section));
}

// The areas that a track touches, by points about kStep_m apart. On the section the row was given, else nowhere.
std::vector<SilenceArea> SilenceReader::areas_of_line(const Record& record) const {
    const auto* id = text(record, common::section_id);
    if (id == nullptr) return {};
    const auto section = std::ranges::find(sections_, *id, &normalise::Section::id);
    if (section == sections_.end()) return {area_of(record)};
    std::set<SilenceArea> areas{area_of(record)};
    const auto look = [&](geo::Point point) {
        if (const auto found = section->chain.locate(point))
            areas.insert(silence_area(*id, found->distance_along_m, section->chain.length_m()));
    };
    constexpr double kStep_deg = kStep_m / 111'320; // a spacing, nothing that is measured
    std::optional<geo::Point> seen;
    for (const auto point : record.geometry.points) {
        if (seen && std::abs(point.x - seen->x) + std::abs(point.y - seen->y) < kStep_deg) continue;
        look(point);
        seen = point;
    }
    areas.erase(SilenceArea{});
    return {areas.begin(), areas.end()};
}

void SilenceReader::patrol(const Layer& patrol_tracks, const Record& record) {
    auto& left_out = patrols_.said.left_out;
    const auto* agency = text(record, common::agency);
    const auto* status = text(patrol_tracks, record, "status");
    const auto* at = instant(record, common::valid_from);
    const geo::Instant window{question_.now.us - static_cast<std::int64_t>(question_.window_days * kDay_us)};
    if (status != nullptr && *status == "planned")
        ++left_out["planned"];
    else if (agency == nullptr || agency->empty())
        ++left_out["no agency"];
    else if (at == nullptr)
        ++left_out["no time"];
    else if (*at > question_.now)
        ++left_out["of a time to come"];
    else if (*at < window)
        ++left_out["before the window"];
    else if (const auto areas = areas_of_line(record); areas.empty())
        ++left_out["off the line"];
    else {
        for (const auto& area : areas) ++inputs_.agencies[*agency].areas[area].patrols;
        use(patrols_, {*agency}, record);
    }
}

void SilenceReader::section(const Record& record) {
    use(lines_, {}, record);
}

SilenceInputs SilenceReader::take() {
    for (auto* source : {&reports_, &posts_, &patrols_, &lines_}) {
        const auto sums = std::to_string(source->sum_a) + "," + std::to_string(source->sum_b) + "," +
                          std::to_string(source->said.used);
        source->said.data_version = geo::wrap::sha256_hex(sums).substr(0, 32);
        inputs_.sources.push_back(std::move(source->said));
    }
    return std::move(inputs_);
}

} // namespace layers::fuse
