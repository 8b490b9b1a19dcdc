// What was found about silence as rows of its layer.
#include "layers/fuse/silence_inputs.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <cmath>

namespace layers::fuse {
namespace {

class Rows {
public:
    Rows(const Layer& layer, const std::vector<normalise::Section>& sections, const std::string& scenario)
        : layer_{layer}, sections_{sections}, scenario_{scenario} {}

    Record row(const std::string& agency, const access::Label& label, const Silence& found) {
        Record record;
        record.version = 1;
        record.values.resize(layer_.fields.size());
        record.id = geo::uuid_from_hash("silence\n" + scenario_ + "\n" + agency + "\n" + found.area.section + "\n" +
                                        std::to_string(found.area.number));
        record.values[common::agency] = agency;
        if (!scenario_.empty()) record.values[common::scenario_id] = scenario_;
        record.values[common::handling] = "H" + std::to_string(label.handling);
        if (label.releasable_set) record.values[common::releasable_to] = label.releasable_to;
        record.values[common::nature] = std::string{"estimated"};
        place(record, found.area);
        set(record, "status", std::string{name(found.status)});
        set(record, "said", found.said);
        set(record, "last_report", found.last);
        set(record, "silent_h", found.silent_h);
        set(record, "usual_interval_h", found.usual_interval_h);
        set(record, "reports", found.reports);
        set(record, "habit_reports", found.habit);
        set(record, "rate_per_day", found.rate_per_day);
        set(record, "expected", found.expected);
        set(record, "probability", found.probability);
        set(record, "lateness", std::string{name(found.lateness)});
        set(record, "late_median_h", found.late_median_h);
        set(record, "late_p90_h", found.late_p90_h);
        set(record, "late_share", found.late_share);
        set(record, "check_posts", found.check_posts);
        set(record, "patrols", found.patrols);
        return record;
    }

private:
    void set(Record& record, std::string_view field, geo::Value value) const {
        const auto ordinal = layer_.find(field);
        if (!ordinal) throw geo::Error{geo::ErrorCode::internal, "no such field: " + std::string{field}};
        record.values[*ordinal] = std::move(value);
    }
    template <typename T>
    void set(Record& record, std::string_view field, const std::optional<T>& value) const {
        if (value) set(record, field, geo::Value{*value});
    }

    void place(Record& record, const SilenceArea& area) {
        if (area.section.empty()) {
            set(record, "name", std::string{"Off the line"});
            return;
        }
        const double from_m = static_cast<double>(area.number) * kSilenceArea_m;
        const auto section = std::ranges::find(sections_, area.section, &normalise::Section::id);
        const double length_m = section == sections_.end() ? 0 : section->chain.length_m();
        const double to_m = silence_area_end_m(area, length_m);
        if (length_m > from_m) {
            auto& piece = pieces_[area];
            if (piece.type == geo::GeometryType::none) piece = section->chain.piece(from_m, to_m);
            record.geometry = piece;
        }
        const auto km = [](double m) { return std::to_string(std::lround(m / 1000)); };
        set(record, "name", area.section + " km " + km(from_m) + "–" + km(to_m));
        record.values[common::section_id] = area.section;
        record.values[common::distance_along_m] = (from_m + to_m) / 2;
        set(record, "from_m", from_m);
        set(record, "to_m", to_m);
    }

    const Layer& layer_;
    const std::vector<normalise::Section>& sections_;
    const std::string& scenario_;
    std::map<SilenceArea, geo::Geometry> pieces_; // cut once for all agencies
};

} // namespace

std::vector<Record> silence_rows(const Layer& layer, const SilenceInputs& inputs,
                                 const std::vector<normalise::Section>& sections, const SilenceQuestion& question,
                                 const std::string& scenario) {
    Rows rows{layer, sections, scenario};
    std::vector<Record> records;
    for (const auto& [code, agency] : inputs.agencies)
        for (const auto& found : silence_of(agency.areas, question))
            records.push_back(rows.row(code, agency.label, found));
    return records;
}

} // namespace layers::fuse
