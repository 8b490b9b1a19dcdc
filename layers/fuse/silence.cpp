#include "layers/fuse/silence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace layers::fuse {
namespace {

constexpr double kHour_us = 3.6e9;
constexpr double kDay_us = 24 * kHour_us;

double days_between(geo::Instant from, geo::Instant to) {
    return static_cast<double>(to.us - from.us) / kDay_us;
}

// Of sorted values, `share` 0..1; linear between neighbours.
double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

struct Told { // a report as it is counted
    geo::Instant at;
    std::optional<double> delay_h; // nothing: not known, it came with an archive
};

// ---- how late

// Marks which of an agency's reports came with an archive; `heard` sorted by when they were handed in.
std::vector<bool> archived(const std::vector<Heard>& heard) {
    std::vector<bool> marks(heard.size(), false);
    for (std::size_t begin = 0; begin < heard.size();) {
        std::size_t end = begin + 1;
        const auto follows = [&](std::size_t i) {
            return static_cast<double>(heard[i].handed_in.us - heard[i - 1].handed_in.us) <= kDeliveryGap_s * 1e6;
        };
        while (end < heard.size() && follows(end)) ++end;
        const auto first = heard.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = heard.begin() + static_cast<std::ptrdiff_t>(end);
        const auto [oldest, newest] = std::minmax_element(first, last, [](auto& a, auto& b) { return a.at < b.at; });
        const bool archive = static_cast<std::int64_t>(end - begin) >= kArchiveReports &&
                             days_between(oldest->at, newest->at) >= kArchiveSpan_days;
        if (archive)
            std::fill(marks.begin() + static_cast<std::ptrdiff_t>(begin),
                      marks.begin() + static_cast<std::ptrdiff_t>(end), true);
        begin = end;
    }
    return marks;
}

struct Agency {                                    // what all its areas have in common
    std::map<SilenceArea, std::vector<Told>> told; // sorted by what they tell of
    geo::Instant first;
    std::vector<double> delays_h;     // all that are known
    std::optional<double> usual_rate; // a day and area; nothing: too few reports
};

Agency read(const std::map<SilenceArea, Presence>& areas, const SilenceQuestion& question) {
    struct Placed {
        Heard heard;
        const SilenceArea* area;
    };
    std::vector<Placed> all;
    for (const auto& [area, presence] : areas)
        for (const auto& heard : presence.heard)
            if (heard.at <= question.now) all.push_back({heard, &area});
    std::ranges::sort(all, [](const Placed& a, const Placed& b) {
        return std::tie(a.heard.handed_in, a.heard.at) < std::tie(b.heard.handed_in, b.heard.at);
    });
    std::vector<Heard> in_order;
    for (const auto& placed : all) in_order.push_back(placed.heard);
    const auto marks = archived(in_order);
    Agency agency;
    if (!all.empty()) agency.first = std::ranges::min(in_order, {}, &Heard::at).at;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Told told{all[i].heard.at, std::nullopt};
        if (!marks[i]) {
            told.delay_h = std::max(0.0, days_between(told.at, all[i].heard.handed_in) * 24);
            agency.delays_h.push_back(*told.delay_h);
        }
        agency.told[*all[i].area].push_back(told);
    }
    for (auto& [area, told] : agency.told) std::ranges::stable_sort(told, {}, &Told::at);
    return agency;
}

// ---- what is usual

struct Habit {
    geo::Instant last;
    double days = 0;          // looked at, up to the last report
    std::int64_t reports = 0; // in them, the one at their very beginning not counted
    std::vector<Told> told;   // those and the one at the beginning
};

Habit habit_of(const std::vector<Told>& told, geo::Instant first_of_agency, const SilenceQuestion& question) {
    Habit habit;
    habit.last = told.back().at;
    const geo::Instant earliest{habit.last.us - static_cast<std::int64_t>(question.window_days * kDay_us)};
    const auto start = std::max(earliest, first_of_agency);
    habit.days = days_between(start, habit.last);
    for (const auto& one : told) {
        if (one.at >= start) habit.told.push_back(one);
        if (one.at > start) ++habit.reports;
    }
    return habit;
}

// Reports a day in an area of this agency, all its areas together. Off the line is no area like the others: it counts
// where there is nothing else.
std::optional<double> usual_rate(const std::map<SilenceArea, Habit>& habits) {
    std::int64_t told = 0, counted = 0;
    double days = 0;
    const bool on_the_line = !habits.empty() && !habits.rbegin()->first.section.empty();
    for (const auto& [area, habit] : habits) {
        if (on_the_line && area.section.empty()) continue;
        told += static_cast<std::int64_t>(habit.told.size());
        counted += habit.reports;
        days += habit.days;
    }
    if (told < kFewestReports || counted == 0 || days <= 0) return std::nullopt;
    return static_cast<double>(counted) / days;
}

// Days of the span that count: what was told of them would be here by now.
double effective_days(double span_days, const std::vector<double>& delays_h) {
    if (static_cast<std::int64_t>(delays_h.size()) < kFewestAgencyDelays) return span_days;
    double sum = 0;
    for (const double delay_h : delays_h) sum += std::max(0.0, span_days - delay_h / 24);
    return sum / static_cast<double>(delays_h.size());
}

std::optional<double> usual_interval_h(const std::vector<Told>& told) {
    std::vector<double> gaps_h;
    for (std::size_t i = 1; i < told.size(); ++i)
        if (told[i].at > told[i - 1].at) gaps_h.push_back(days_between(told[i - 1].at, told[i].at) * 24);
    if (gaps_h.empty()) return std::nullopt;
    std::ranges::sort(gaps_h);
    return quantile(gaps_h, 0.5);
}

void judge(Silence& row, const Habit& habit, const Agency& agency, const SilenceQuestion& question) {
    const double span_days = days_between(habit.last, question.now);
    row.last = habit.last;
    row.silent_h = span_days * 24;
    row.habit = habit.reports;
    row.usual_interval_h = usual_interval_h(habit.told);
    if (!agency.usual_rate) {
        row.status = SilenceStatus::quiet;
        return;
    }
    const double shape = kPriorShape + static_cast<double>(habit.reports);
    const double rate = kPriorShape / *agency.usual_rate + habit.days;
    const double span = effective_days(span_days, agency.delays_h);
    row.rate_per_day = shape / rate;
    row.expected = *row.rate_per_day * span;
    row.probability = std::exp(-shape * std::log1p(span / rate));
    row.status = *row.probability < kSilentBelow  ? SilenceStatus::silent
                 : *row.probability < kQuietBelow ? SilenceStatus::quiet
                                                  : SilenceStatus::reporting;
}

void measure_lateness(Silence& row, const Habit& habit) {
    std::vector<double> delays_h;
    for (const auto& told : habit.told)
        if (told.delay_h) delays_h.push_back(*told.delay_h);
    if (static_cast<std::int64_t>(delays_h.size()) < kFewestDelays) {
        row.lateness = delays_h.size() < habit.told.size() ? Lateness::imported_at_once : Lateness::too_few;
        return;
    }
    std::ranges::sort(delays_h);
    row.lateness = Lateness::known;
    row.late_median_h = quantile(delays_h, 0.5);
    row.late_p90_h = quantile(delays_h, 0.9);
    const auto late = std::ranges::count_if(delays_h, [](double h) { return h > kLateFrom_h; });
    row.late_share = static_cast<double>(late) / static_cast<double>(delays_h.size());
}

// ---- in words

std::string number(double value, int decimals) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

std::string span_text(double hours) {
    if (hours < 48) return number(hours, hours < 10 ? 1 : 0) + " h";
    return number(hours / 24, hours < 240 ? 1 : 0) + " days";
}

std::string things(std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string chance_text(double probability) {
    if (probability < 0.0001) return "less than 1 in 10,000";
    if (probability < 0.01) return "1 in " + number(1 / probability, 0);
    return number(probability * 100, probability < 0.1 ? 1 : 0) + " %";
}

std::string words(const Silence& row) {
    if (!row.last) {
        std::string who = row.check_posts > 0 ? things(row.check_posts, "check post", "check posts") : "";
        if (row.patrols > 0)
            who += (who.empty() ? "" : " and ") + things(row.patrols, "patrol", "patrols") + " in the window";
        return who + ", but no report ever.";
    }
    std::string text = "Last report " + span_text(*row.silent_h) + " ago";
    if (!row.probability) return text + ". Too few reports of this agency to know what is usual.";
    if (row.usual_interval_h) text += ", usually one in " + span_text(*row.usual_interval_h);
    text += "; " + number(*row.expected, 1) +
            " were to be expected since. Chance of such a silence: " + chance_text(*row.probability) + ".";
    if (row.late_share && *row.late_share > 0)
        text += " " + number(*row.late_share * 100, 0) + " % came later than " + number(kLateFrom_h, 0) + " h.";
    return text;
}

} // namespace

const char* name(SilenceStatus status) {
    constexpr std::array names{"reporting", "quiet", "silent", "never"};
    return names.at(static_cast<std::size_t>(status));
}

const char* name(Lateness lateness) {
    constexpr std::array names{"known", "too_few", "imported_at_once"};
    return names.at(static_cast<std::size_t>(lateness));
}

namespace {
// The number of the last area of a section so long; nothing where that isn't known.
std::optional<std::int64_t> last_area(double section_length_m) {
    if (section_length_m <= 0) return std::nullopt;
    return std::max<std::int64_t>(0, std::llround(section_length_m / kSilenceArea_m) - 1);
}
} // namespace

SilenceArea silence_area(const std::string& section, double distance_along_m, double section_length_m) {
    if (section.empty()) return {};
    const auto number = static_cast<std::int64_t>(std::floor(std::max(0.0, distance_along_m) / kSilenceArea_m));
    return {section, std::min(number, last_area(section_length_m).value_or(number))};
}

double silence_area_end_m(const SilenceArea& area, double section_length_m) {
    const bool last = area.number == last_area(section_length_m);
    return last ? section_length_m : static_cast<double>(area.number + 1) * kSilenceArea_m;
}

std::vector<Silence> silence_of(const std::map<SilenceArea, Presence>& areas, const SilenceQuestion& question) {
    auto agency = read(areas, question);
    std::map<SilenceArea, Habit> habits;
    for (const auto& [area, told] : agency.told) habits[area] = habit_of(told, agency.first, question);
    agency.usual_rate = usual_rate(habits);
    const geo::Instant window{question.now.us - static_cast<std::int64_t>(question.window_days * kDay_us)};
    std::vector<Silence> rows;
    for (const auto& [area, presence] : areas) {
        Silence row;
        row.area = area;
        row.check_posts = presence.check_posts;
        row.patrols = presence.patrols;
        if (const auto habit = habits.find(area); habit != habits.end()) {
            row.reports = std::ranges::count_if(agency.told.at(area), [&](const Told& t) { return t.at >= window; });
            judge(row, habit->second, agency, question);
            measure_lateness(row, habit->second);
        } else if (presence.check_posts + presence.patrols == 0) {
            continue; // only reports about times to come
        }
        row.said = words(row);
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace layers::fuse
