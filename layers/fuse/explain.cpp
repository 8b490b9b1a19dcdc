// The terms of a score in words.
#include "layers/fuse/score.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace layers::fuse {
namespace {

template <typename... Args>
std::string format(const char* pattern, Args... args) {
    std::array<char, 200> text{};
    const int length = std::snprintf(text.data(), text.size(), pattern, args...);
    return {text.data(), static_cast<std::size_t>(std::clamp<int>(length, 0, text.size() - 1))};
}

std::string distance_text(double m) {
    if (m < 1'000) return format("%.0f m", m);
    return m < 20'000 ? format("%.1f km", m / 1'000) : format("%.0f km", m / 1'000);
}

std::string duration_text(double s) {
    if (s < 90 * 60) return format("%.0f min", s / 60);
    return s < 48 * 3'600 ? format("%.1f h", s / 3'600) : format("%.1f days", s / 86'400);
}

std::string stated(bool guessed, const std::string& text) {
    return guessed ? "not stated" : text;
}

std::string list_text(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& entry : list) text += (text.empty() ? "" : ", ") + entry;
    return text;
}

std::string both(const std::string& a, const std::string& b) {
    return a == b ? "both " + a : a + " and " + b;
}

std::string count_text(const Report& report) {
    const auto low = report.count_min ? *report.count_min : *report.count_max;
    const auto high = report.count_max ? *report.count_max : *report.count_min;
    return low == high ? std::to_string(low) : std::to_string(low) + " to " + std::to_string(high);
}

std::string said(TermName term, const Assessed& assessed, const Report& a, const Report& b) {
    const auto& pair = assessed.pair;
    switch (term) {
    case TermName::prior:
        return pair.same_agency ? "an agency seldom reports one event twice"
                                : "how often another agency reports the same event";
    case TermName::distance:
        return distance_text(pair.distance_m) + " apart, stated to " +
               both(stated(a.place_guessed && a.extent_m <= 0, distance_text(a.reach_m())),
                    stated(b.place_guessed && b.extent_m <= 0, distance_text(b.reach_m())));
    case TermName::time:
        return duration_text(pair.time_apart_s) + " apart, stated to " +
               both(stated(a.time_guessed, duration_text(a.time_precision_s)),
                    stated(b.time_guessed, duration_text(b.time_precision_s)));
    case TermName::surroundings:
        return assessed.bits[static_cast<std::size_t>(term)] < 0 ? "reports are frequent there and then"
                                                                 : "reports are rare there and then";
    case TermName::kind:
        return "kind: " + both(a.kind, b.kind);
    case TermName::count:
        return "persons: " + both(count_text(a), count_text(b));
    case TermName::nationality:
        return "nationalities: " + both(list_text(a.nationalities), list_text(b.nationalities));
    case TermName::transport:
        return "transport: " + both(a.transport, b.transport);
    case TermName::commodity:
        return "commodities: " + both(list_text(a.commodities), list_text(b.commodities));
    case TermName::place:
        return "place: " + both(a.place, b.place);
    case TermName::content:
        return pair.resubmission ? "resubmission: word for word the same under another reference"
                                 : "the same report of the same agency";
    case TermName::rivals:
        return "other reports of the same agency fit too";
    case TermName::company:
        return assessed.bits[static_cast<std::size_t>(term)] > 0
                   ? "a third report is the same as both"
                   : "a third report is the same as one, but not as the other";
    case TermName::kCount:
        break;
    }
    return {};
}

} // namespace

std::vector<Term> explain(const Assessed& assessed, const Report& a, const Report& b) {
    std::vector<Term> terms;
    for (std::size_t i = 0; i < kTermCount; ++i) {
        if (!assessed.said[i]) continue;
        const auto term = static_cast<TermName>(i);
        const auto access = term == TermName::nationality ? AccessClass::need_to_know : AccessClass::open;
        terms.push_back({term, assessed.bits[i], access, said(term, assessed, a, b)});
    }
    return terms;
}

} // namespace layers::fuse
