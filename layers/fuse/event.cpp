#include "layers/fuse/event.hpp"

#include "geo/geodesic.hpp"
#include "layers/access/caller.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

namespace layers::fuse {

namespace {

using geo::Instant;

// Reads fields of reports by name; a report is small and an event has few.
class Said {
public:
    Said(const Layer& layer, const Record& row) : layer_{layer}, row_{row} {}
    const geo::Value& value(const char* field) const { return row_.values[*layer_.find(field)]; }
    std::string text(const char* field) const { return text_of(value(field)); }
    std::string common_text(std::size_t ordinal) const { return text_of(row_.values[ordinal]); }
    std::optional<double> number(const char* field) const { return number_of(value(field)); }
    std::optional<double> common_number(std::size_t ordinal) const { return number_of(row_.values[ordinal]); }
    std::optional<Instant> time(std::size_t ordinal) const {
        const auto* at = std::get_if<Instant>(&row_.values[ordinal]);
        return at ? std::optional{*at} : std::nullopt;
    }

private:
    static std::string text_of(const geo::Value& value) {
        const auto* text = std::get_if<std::string>(&value);
        return text ? *text : std::string{};
    }
    static std::optional<double> number_of(const geo::Value& value) {
        if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
        if (const auto* number = std::get_if<double>(&value)) return *number;
        return {};
    }
    const Layer& layer_;
    const Record& row_;
};

bool known(const std::string& text) {
    return !text.empty() && text != "unknown";
}

// The Admiralty grades are independent: 0 is A1; F and 6, "can't be judged", stand behind E and 5.
int grade(const Said& said) {
    const auto rank = [](const std::string& text, char best) { return text.size() == 1 ? text[0] - best : 5; };
    return rank(said.common_text(common::source_reliability), 'A') +
           rank(said.common_text(common::info_credibility), '1');
}

std::string grade_text(const Said& said) {
    const auto reliability = said.common_text(common::source_reliability);
    const auto credibility = said.common_text(common::info_credibility);
    return (reliability.empty() ? "F" : reliability) + (credibility.empty() ? "6" : credibility);
}

std::string metres(double m) {
    char text[32];
    if (m < 1000)
        std::snprintf(text, sizeof text, "%.0f m", m);
    else
        std::snprintf(text, sizeof text, "%.3g km", m / 1000);
    return text;
}

std::string duration(double s) {
    char text[32];
    if (s < 120)
        std::snprintf(text, sizeof text, "%.0f s", s);
    else if (s < 2 * 3600)
        std::snprintf(text, sizeof text, "%.0f min", s / 60);
    else if (s < 2 * 86400)
        std::snprintf(text, sizeof text, "%.3g h", s / 3600);
    else
        std::snprintf(text, sizeof text, "%.3g days", s / 86400);
    return text;
}

constexpr double kUnstated = 1e9; // a precision that nobody stated is worse than any that was

// The first of those with the best grade, of these the most precise, of these the oldest.
Best best_by(const Layer& reports, const std::vector<const Record*>& members, const char* what,
             bool (*has)(const Record&), std::size_t precision, std::string (*text)(double)) {
    std::vector<const Record*> able;
    for (const auto* member : members)
        if (has(*member)) able.push_back(member);
    if (able.empty()) return {};
    const auto precision_of = [&](const Record& r) {
        return Said{reports, r}.common_number(precision).value_or(kUnstated);
    };
    const auto key = [&](const Record* r) { return std::pair{grade({reports, *r}), precision_of(*r)}; };
    const auto* best = *std::ranges::min_element(able, {}, key); // the first of equals
    if (able.size() == 1) return {best, std::string{"the only report with a "} + what};
    const Said said{reports, *best};
    const auto alike = std::ranges::count_if(able, [&](const auto* r) { return grade({reports, *r}) == grade(said); });
    if (alike == 1) return {best, "best graded: " + grade_text(said)};
    const auto stated = precision_of(*best);
    const auto as_precise = std::ranges::count_if(able, [&](const auto* r) { return key(r) == key(best); });
    if (as_precise == 1)
        return {best, "graded " + grade_text(said) + " like others and the most precise: " + text(stated)};
    return {best, "graded " + grade_text(said) + " and as precise as others: the oldest report"};
}

std::vector<const Record*> standing(const Layer& reports, const std::vector<const Record*>& members) {
    std::vector<const Record*> out;
    for (const auto* member : members)
        if (!withdrawn(reports, *member)) out.push_back(member);
    return out.empty() ? members : out; // of an event that was taken back as a whole the story is still told
}

// The value of the best placed report, else of the oldest that says something.
std::string first_known(const Layer& reports, const Record* best, const std::vector<const Record*>& members,
                        const char* field) {
    if (best)
        if (auto text = Said{reports, *best}.text(field); known(text)) return text;
    for (const auto* member : members)
        if (auto text = Said{reports, *member}.text(field); known(text)) return text;
    return Said{reports, *members.front()}.text(field);
}

// "A repeated interception never lowers a victim's status": the gravest that anybody says.
std::string gravest(const Layer& reports, const std::vector<const Record*>& members, const char* field) {
    for (const char* status : {"confirmed", "suspected", "ruled_out"})
        for (const auto* member : members)
            if (Said{reports, *member}.text(field) == status) return status;
    return {};
}

std::string worst_impact(const Layer& reports, const std::vector<const Record*>& members) {
    for (const char* impact : {"critical", "high", "medium", "low"})
        for (const auto* member : members)
            if (Said{reports, *member}.text("impact") == impact) return impact;
    return {};
}

struct Range {
    double low, high;
};
std::optional<Range> count_range(const Said& said) {
    const auto low = said.number("count_min"), high = said.number("count_max");
    if (!low && !high) return {};
    return Range{low.value_or(*high), high.value_or(*low)};
}

std::string range_text(Range r) {
    char text[64];
    if (r.low == r.high)
        std::snprintf(text, sizeof text, "%.0f", r.low);
    else
        std::snprintf(text, sizeof text, "%.0f to %.0f", r.low, r.high);
    return text;
}

constexpr double kTimeSlack_s = 12 * 3600; // as fusion's gate: domain.md, Fusion 2
constexpr double kPlaceSlack_m = 2000;

// How far apart in time, beyond what both state as precision; 0 when they overlap.
double time_gap_s(const Said& a, const Said& b) {
    const auto from_a = a.time(common::valid_from), from_b = b.time(common::valid_from);
    if (!from_a || !from_b) return 0;
    const auto to_a = std::max(*from_a, a.time(common::valid_to).value_or(*from_a));
    const auto to_b = std::max(*from_b, b.time(common::valid_to).value_or(*from_b));
    const double gap = static_cast<double>(std::max(from_a->us - to_b.us, from_b->us - to_a.us)) / 1e6;
    return gap - a.common_number(common::time_precision_s).value_or(0) -
           b.common_number(common::time_precision_s).value_or(0);
}

std::optional<std::string> place_conflict(const Layer& reports, const Record& a, const Record& b) {
    if (a.geometry.type != geo::GeometryType::point || b.geometry.type != geo::GeometryType::point) return {};
    const double d = geo::inverse(a.geometry.points[0], b.geometry.points[0]).distance_m;
    const double p = Said{reports, a}.common_number(common::geo_precision_m).value_or(0);
    const double q = Said{reports, b}.common_number(common::geo_precision_m).value_or(0);
    if (d <= 2 * std::hypot(p, q) + kPlaceSlack_m) return {};
    return metres(d) + " apart, stated to " + metres(p) + " and " + metres(q);
}

// What one text field contradicts in another report; `unknown` contradicts nothing.
std::optional<std::string> text_conflict(const Said& a, const Said& b, const char* field) {
    const auto one = a.text(field), other = b.text(field);
    if (!known(one) || !known(other) || one == other) return {};
    return one + " against " + other;
}

std::optional<std::string> status_conflict(const Said& a, const Said& b, const char* field) {
    const auto one = a.text(field), other = b.text(field);
    if (one.empty() || other.empty() || (one == "ruled_out") == (other == "ruled_out")) return {};
    return one + " against " + other;
}

void add_conflicts(std::vector<Conflict>& out, const Layer& reports, const Record& a, const Record& b) {
    const Said said_a{reports, a}, said_b{reports, b};
    const auto add = [&](const char* field, std::optional<std::string> said) {
        if (said) out.push_back({field, a.id, b.id, std::move(*said)});
    };
    add("place", place_conflict(reports, a, b));
    if (const double gap = time_gap_s(said_a, said_b); gap > kTimeSlack_s) add("time", duration(gap) + " apart");
    const auto count_a = count_range(said_a), count_b = count_range(said_b);
    if (count_a && count_b && (count_a->low > count_b->high || count_b->low > count_a->high))
        add("count", range_text(*count_a) + " against " + range_text(*count_b));
    for (const char* field : {"direction", "attempt", "transport"}) add(field, text_conflict(said_a, said_b, field));
    for (const char* field : {"tip_status", "som_status"}) add(field, status_conflict(said_a, said_b, field));
}

constexpr std::size_t kMostCompared = 64; // members against each other; of more, each against the first

// Setting fields of the event by name.
class Writer {
public:
    Writer(const Layer& layer, Record& row) : layer_{layer}, row_{row} {}
    void text(const char* field, std::string value) {
        if (!value.empty()) row_.values[*layer_.find(field)] = std::move(value);
    }
    void list(const char* field, geo::TextList value) {
        if (!value.empty()) row_.values[*layer_.find(field)] = std::move(value);
    }
    void any(const char* field, geo::Value value) { row_.values[*layer_.find(field)] = std::move(value); }

private:
    const Layer& layer_;
    Record& row_;
};

void copy_common(Record& event, const Record& from, std::initializer_list<std::size_t> ordinals) {
    for (const auto ordinal : ordinals) event.values[ordinal] = from.values[ordinal];
}

void write_place_and_time(Record& event, Writer& write, const Best& place, const Best& time) {
    using namespace common;
    if (place.report) {
        event.geometry = place.report->geometry;
        copy_common(event, *place.report, {geo_precision_m, geo_method, section_id, distance_along_m, offset_m});
        write.text("place_from", geo::to_string(place.report->id));
        write.text("place_reason", place.reason);
    }
    if (time.report) {
        copy_common(event, *time.report, {valid_from, valid_to, time_precision_s});
        write.text("time_from", geo::to_string(time.report->id));
        write.text("time_reason", time.reason);
    }
    const auto* graded = place.report ? place.report : time.report;
    if (graded) copy_common(event, *graded, {source_reliability, info_credibility, nature});
}

void write_label(Record& event, const std::vector<const Record*>& members) {
    access::Label label;
    for (const auto* member : members) label.add(*member);
    event.values[common::handling] = "H" + std::to_string(label.handling);
    if (!label.releasable_to.empty()) event.values[common::releasable_to] = label.releasable_to;
}

void write_counts(Writer& write, const Layer& reports, const std::vector<const Record*>& told) {
    std::optional<Range> all;
    for (const auto* member : told) {
        const auto one = count_range({reports, *member});
        if (!one) continue;
        all = all ? Range{std::min(all->low, one->low), std::max(all->high, one->high)} : *one;
    }
    if (!all) return;
    write.any("count_min", static_cast<std::int64_t>(all->low));
    write.any("count_max", static_cast<std::int64_t>(all->high));
}

void write_sources(Record& event, Writer& write, const Layer& reports, const std::vector<const Record*>& members,
                   const std::vector<const Record*>& told) {
    std::set<std::string> agencies, kinds;
    geo::TextList ids;
    for (const auto* member : members) ids.push_back(geo::to_string(member->id));
    for (const auto* member : told) {
        const Said said{reports, *member};
        agencies.insert(said.common_text(common::agency));
        kinds.insert(said.text("kind"));
    }
    const bool all_withdrawn = std::ranges::all_of(members, [&](const auto* m) { return withdrawn(reports, *m); });
    agencies.erase("");
    if (agencies.size() == 1) event.values[common::agency] = *agencies.begin();
    write.list("members", std::move(ids));
    write.list("kinds", {kinds.begin(), kinds.end()});
    write.any("reports", static_cast<std::int64_t>(all_withdrawn ? 0 : told.size()));
    write.any("corroboration", static_cast<std::int64_t>(all_withdrawn ? 0 : agencies.size()));
    write.text("told_by", agencies.size() > 1 ? "several_agencies" : told.size() > 1 ? "one_agency" : "one_report");
    write.list("agencies", {agencies.begin(), agencies.end()});
    write.any("withdrawn", all_withdrawn);
}

// What happened to it in the whole: grows with each report's version and each judgement.
void write_version(Record& event, const std::vector<const Record*>& members, const About& about) {
    Instant latest{};
    event.version = static_cast<std::int64_t>(about.judgements.size() + about.statements.size());
    for (const auto* member : members) {
        event.version += member->version;
        if (const auto* at = std::get_if<Instant>(&member->values[common::recorded_at])) latest = std::max(latest, *at);
    }
    for (const auto& judgement : about.judgements) latest = std::max(latest, judgement.at);
    for (const auto& statement : about.statements) latest = std::max(latest, statement.at);
    event.values[common::recorded_at] = latest;
}

} // namespace

Best best_place(const Layer& reports, const std::vector<const Record*>& members) {
    return best_by(
        reports, members, "place", [](const Record& r) { return r.geometry.type != geo::GeometryType::none; },
        common::geo_precision_m, metres);
}

Best best_time(const Layer& reports, const std::vector<const Record*>& members) {
    return best_by(
        reports, members, "time", [](const Record& r) { return !geo::is_null(r.values[common::valid_from]); },
        common::time_precision_s, duration);
}

std::vector<Conflict> conflicts(const Layer& reports, const std::vector<const Record*>& members) {
    std::vector<Conflict> out;
    const std::size_t compared = members.size() <= kMostCompared ? members.size() : std::size_t{1};
    for (std::size_t i = 0; i < compared; ++i)
        for (std::size_t k = i + 1; k < members.size(); ++k) add_conflicts(out, reports, *members[i], *members[k]);
    return out;
}

Record event_of(const Layer& events, const Layer& reports, const std::vector<const Record*>& members,
                const About& about) {
    Record event;
    event.id = members.front()->id;
    event.values.resize(events.fields.size());
    Writer write{events, event};
    const auto told = standing(reports, members);
    const Best place = best_place(reports, told), time = best_time(reports, told);
    write_place_and_time(event, write, place, time);
    write_label(event, members);
    copy_common(event, *members.front(), {common::scenario_id});
    write_sources(event, write, reports, members, told);
    write_version(event, members, about);
    for (const char* field : {"kind", "direction", "attempt", "transport", "place", "tip_scope"})
        write.text(field, first_known(reports, place.report, told, field));
    for (const char* field : {"tip_status", "som_status"}) write.text(field, gravest(reports, told, field));
    write.text("impact", worst_impact(reports, told));
    write_counts(write, reports, told);
    write.text("domain", is_rescue(reports, *members.front()) ? "rescue" : "enforcement");
    write.text("state", about.statements.empty() ? "open" : about.statements.back().state);

    std::set<std::string> fields;
    for (const auto& conflict : conflicts(reports, told)) fields.insert(conflict.field);
    write.any("conflicting", !fields.empty() || !about.contested.empty());
    write.list("conflicts", {fields.begin(), fields.end()});
    geo::TextList contested;
    for (const auto& pair : about.contested)
        contested.push_back(geo::to_string(pair.first) + " " + geo::to_string(pair.second));
    write.list("contested", std::move(contested));
    write.text("split_from", about.split_from);
    write.list("links", about.links);
    return event;
}

} // namespace layers::fuse
