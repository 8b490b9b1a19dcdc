#include "layers/fuse/report.hpp"

#include "geo/wkb.hpp"
#include "layers/fuse/place_name.hpp"
#include "layers/fuse/taxonomy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace layers::fuse {
namespace {

constexpr std::int64_t kDay_us = 86'400'000'000;

// What a way of finding a place is worth where no precision is stated. All assumed: a handset's fix with the error of
// reading it off, a map of 1:250,000, a square of four digits, the nearest town, a guess.
struct MethodDefault {
    std::string_view method;
    double precision_m;
};
constexpr std::array<MethodDefault, 5> kMethods{{
    {"gps", 500},
    {"mgrs", 1'000},
    {"map", 2'000},
    {"place", 5'000},
    {"estimated", 25'000},
}};

template <typename T>
const T* value(const Layer& layer, const Record& record, std::string_view field) {
    const auto ordinal = layer.find(field);
    return ordinal && *ordinal < record.values.size() ? std::get_if<T>(&record.values[*ordinal]) : nullptr;
}

std::string text(const Layer& layer, const Record& record, std::string_view field) {
    const auto* found = value<std::string>(layer, record, field);
    return found ? *found : std::string{};
}

std::optional<std::int64_t> whole(const Layer& layer, const Record& record, std::string_view field) {
    const auto* found = value<std::int64_t>(layer, record, field);
    return found ? std::optional{*found} : std::nullopt;
}

double number(const Layer& layer, const Record& record, std::string_view field) {
    const auto* found = value<double>(layer, record, field);
    return found && std::isfinite(*found) ? *found : 0;
}

// ["fuel"] or [{"what": "fuel", …}]: the texts, or the member of that name, sorted, each once.
std::vector<std::string> names_in(const Layer& layer, const Record& record, std::string_view field,
                                  const char* member) {
    std::vector<std::string> names;
    const auto* json = value<geo::Json>(layer, record, field);
    if (!json) return names;
    const auto list = nlohmann::json::parse(json->text, nullptr, false);
    if (!list.is_array()) return names;
    for (const auto& entry : list) {
        const auto& name = entry.is_object() && entry.contains(member) ? entry[member] : entry;
        if (name.is_string() && name != "unknown" && name != "") names.push_back(name.get<std::string>());
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

void mix(std::uint64_t& hash, std::string_view bytes) {
    hash = (hash ^ bytes.size()) * 1099511628211ull; // so that no two parts run together
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
}

std::string bytes_of(const geo::Value& value) {
    return std::visit(
        [](const auto& v) -> std::string {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, geo::Null>)
                return {};
            else if constexpr (std::is_same_v<T, std::string>)
                return v;
            else if constexpr (std::is_same_v<T, geo::Instant>)
                return std::to_string(v.us);
            else if constexpr (std::is_same_v<T, geo::Json>)
                return v.text;
            else if constexpr (std::is_same_v<T, geo::TextList>) {
                std::string all;
                for (const auto& part : v) all += std::to_string(part.size()) + ':' + part;
                return all;
            } else {
                return {reinterpret_cast<const char*>(&v), sizeof v}; // to the last bit
            }
        },
        value);
}

// The middle of all its points, and how far they lie around it.
void set_place(Report& report, const geo::Geometry& geometry) {
    if (geometry.points.size() == 1) {
        report.at = geometry.points.front();
        return;
    }
    const auto box = geometry.box();
    report.at = {(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2};
    const double metres_per_degree = 111'320;
    const double wide = (box.max_x - box.min_x) / 2 * std::cos(report.at.y * M_PI / 180) * metres_per_degree;
    report.extent_m = std::hypot(wide, (box.max_y - box.min_y) / 2 * metres_per_degree);
}

} // namespace

bool is_area(const Report& report) {
    return report.extent_m > 0 || (!report.place_guessed && report.geo_precision_m >= kAreaFrom_m);
}

bool is_period(const Report& report) {
    return report.length_s() > kPeriodFrom_s || (!report.time_guessed && report.time_precision_s >= kPeriodFrom_s);
}

void complete(Report& report, std::string_view geo_method) {
    if (!(report.geo_precision_m > 0) || !std::isfinite(report.geo_precision_m)) {
        const auto* known = std::ranges::find(kMethods, geo_method, &MethodDefault::method);
        report.place_guessed = known == kMethods.end();
        report.geo_precision_m = report.place_guessed ? kUnstatedPlace_m : known->precision_m;
    }
    if (report.to < report.from) std::swap(report.from, report.to);
    if (!(report.time_precision_s > 0) || !std::isfinite(report.time_precision_s)) {
        report.time_guessed = true;
        report.time_precision_s = kUnstatedTime_s;
        if (report.to == report.from && report.from.us % kDay_us == 0) report.to.us += kDay_us;
    }
    if (report.transport == "unknown") report.transport.clear();
    if (report.place_key.empty()) report.place_key = place_key(report.place);
}

std::optional<Report> report_of(const Layer& layer, const Record& record) {
    const auto* from = value<geo::Instant>(layer, record, "valid_from");
    if (from == nullptr || record.geometry.points.empty()) return std::nullopt;
    Report report;
    report.id = record.id;
    report.agency = text(layer, record, "agency");
    report.source_ref = text(layer, record, "source_ref");
    report.kind = text(layer, record, "kind");
    report.rescue = is_rescue(layer, record);
    set_place(report, record.geometry);
    report.geo_precision_m = number(layer, record, "geo_precision_m");
    const auto* to = value<geo::Instant>(layer, record, "valid_to");
    report.from = *from;
    report.to = to != nullptr ? *to : *from;
    report.time_precision_s = number(layer, record, "time_precision_s");
    report.count_min = whole(layer, record, "count_min");
    report.count_max = whole(layer, record, "count_max");
    report.nationalities = names_in(layer, record, "persons", "nationality");
    report.transport = text(layer, record, "transport");
    report.commodities = names_in(layer, record, "commodities", "what");
    report.place = text(layer, record, "place");
    report.content = content_of(layer, record);
    complete(report, text(layer, record, "geo_method"));
    return report;
}

bool withdrawn(const Layer& layer, const Record& record) {
    const auto* taken_back = value<bool>(layer, record, "withdrawn");
    return taken_back != nullptr && *taken_back;
}

bool is_rescue(const Layer& layer, const Record& record) {
    return is_rescue(text(layer, record, "kind"), text(layer, record, "sar_phase"));
}

// What the owner said: not the reference, not what the server adds.
std::uint64_t content_of(const Layer& layer, const Record& record) {
    std::uint64_t hash = 1469598103934665603ull;
    for (std::size_t i = 0; i < record.values.size() && i < layer.fields.size(); ++i) {
        if (i == common::source_ref || layer.fields[i].setter == Setter::server) continue;
        // Whoever is told that two reports say the same learns nothing of columns that are masked for them.
        if (layer.fields[i].access != AccessClass::open && layer.fields[i].access != AccessClass::agency) continue;
        hash = (hash ^ record.values[i].index()) * 1099511628211ull;
        mix(hash, bytes_of(record.values[i]));
    }
    mix(hash, geo::to_wkb(record.geometry));
    return hash == 0 ? 1 : hash;
}

} // namespace layers::fuse
