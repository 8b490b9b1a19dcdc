#include "server/params.hpp"

#include "geo/crs.hpp"
#include "geo/error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace server {
namespace {

constexpr std::int64_t kDefaultMostMembers = 64;
constexpr const char* kCrs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
    throw geo::Error{geo::ErrorCode::invalid_input, "Parameter '" + std::string{name} + "': " + why, std::string{name}};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    while (true) {
        const auto at = text.find(separator);
        out.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return out;
        text.remove_prefix(at + 1);
    }
}

const Param* find(const std::vector<Param>& declared, std::string_view name, bool in_path) {
    const auto at =
        std::ranges::find_if(declared, [&](const Param& p) { return p.name == name && p.in_path == in_path; });
    return at == declared.end() ? nullptr : &*at;
}

void check_range(const Param& param, std::int64_t value) {
    if (param.minimum && value < *param.minimum) refuse(param.name, "at least " + std::to_string(*param.minimum) + ".");
    if (param.maximum && value > *param.maximum) refuse(param.name, "at most " + std::to_string(*param.maximum) + ".");
}

std::size_t most_members(const Param& param) {
    return static_cast<std::size_t>(param.maximum.value_or(kDefaultMostMembers));
}

// Everything but bbox, whose CRS is another parameter.
void check(const Param& param, const std::string& value) {
    if (value.size() > param.max_bytes)
        refuse(param.name, "longer than " + std::to_string(param.max_bytes) + " bytes.");
    switch (param.kind) {
    case ParamKind::text:
        break;
    case ParamKind::bbox:
        break;
    case ParamKind::integer:
        check_range(param, parse_integer(value, param.name));
        break;
    case ParamKind::number:
        parse_number(value, param.name);
        break;
    case ParamKind::boolean:
        parse_boolean(value, param.name);
        break;
    case ParamKind::text_list:
        parse_list(value, param.name, most_members(param));
        break;
    case ParamKind::datetime:
        parse_datetime(value, param.name);
        break;
    case ParamKind::crs:
        parse_crs(value, param.name);
        break;
    case ParamKind::limit:
        if (parse_integer(value, param.name) < 1) refuse(param.name, "at least 1.");
        break;
    case ParamKind::instant:
        if (!geo::from_rfc3339(value)) refuse(param.name, "not an RFC 3339 date-time with a zone.");
        break;
    case ParamKind::choice: {
        if (std::ranges::find(param.choices, value) != param.choices.end()) break;
        std::string all;
        for (const auto& choice : param.choices) all += (all.empty() ? "" : ", ") + choice;
        refuse(param.name, "one of " + all + ".");
    }
    }
}

geo::Instant parse_end(std::string_view text, std::string_view name) {
    const auto instant = geo::from_rfc3339(text);
    if (!instant) refuse(name, "not an RFC 3339 instant, date or interval.");
    return *instant;
}

bool is_date(std::string_view text) {
    return text.size() == 10;
}

geo::Instant end_of_day(geo::Instant day) {
    return {day.us + 86'400'000'000 - 1};
}

} // namespace

Param format_param() {
    return {.name = "f",
            .kind = ParamKind::choice,
            .description = "The form of the answer; without it, what Accept asks for.",
            .choices = {"json", "html"}};
}

std::vector<geo::Box> BBox::boxes() const {
    if (!antimeridian) return {box};
    return {geo::Box{box.min_x, box.min_y, 180, box.max_y}, geo::Box{-180, box.min_y, box.max_x, box.max_y}};
}

const std::vector<std::string>& known_crs() {
    // The two that everyone has, the web map's, and the UTM zones of the region.
    static const std::vector<std::string> uris{
        kCrs84,
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "http://www.opengis.net/def/crs/EPSG/0/3857",
        "http://www.opengis.net/def/crs/EPSG/0/32640",
        "http://www.opengis.net/def/crs/EPSG/0/32641",
        "http://www.opengis.net/def/crs/EPSG/0/32642",
        "http://www.opengis.net/def/crs/EPSG/0/32643",
        "http://www.opengis.net/def/crs/EPSG/0/32644",
    };
    return uris;
}

std::int64_t parse_integer(std::string_view text, std::string_view name) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    // from_chars takes no blank, no plus, no 0x; what it stops before makes the text no integer.
    const auto got = std::from_chars(text.data(), end, value, 10);
    if (text.empty() || got.ec != std::errc{} || got.ptr != end) refuse(name, "not a whole number in range.");
    return value;
}

double parse_number(std::string_view text, std::string_view name) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto got = std::from_chars(text.data(), end, value);
    if (text.empty() || got.ec != std::errc{} || got.ptr != end || !std::isfinite(value)) refuse(name, "not a number.");
    return value;
}

bool parse_boolean(std::string_view text, std::string_view name) {
    if (text == "true") return true;
    if (text != "false") refuse(name, "true or false.");
    return false;
}

std::vector<std::string> parse_list(std::string_view text, std::string_view name, std::size_t most) {
    const auto members = split(text, ',');
    if (members.size() > most) refuse(name, "more than " + std::to_string(most) + " members.");
    std::vector<std::string> out;
    for (const auto member : members) {
        if (member.empty()) refuse(name, "an empty member.");
        if (std::ranges::find(out, member) != out.end()) refuse(name, "the same member twice.");
        out.emplace_back(member);
    }
    return out;
}

BBox parse_bbox(std::string_view text, const std::string& crs_code, std::string_view name) {
    const auto members = split(text, ',');
    if (members.size() != 4 && members.size() != 6) refuse(name, "4 or 6 numbers.");
    std::vector<double> n;
    n.reserve(members.size());
    for (const auto member : members) n.push_back(parse_number(member, name));
    if (n.size() == 6) { // heights are checked and left: rows have none
        if (n[2] > n[5]) refuse(name, "the least height is above the greatest.");
        n = {n[0], n[1], n[3], n[4]};
    }
    const bool geographic = crs_code == "OGC:CRS84" || crs_code == "EPSG:4326";
    if (crs_code == "EPSG:4326") n = {n[1], n[0], n[3], n[2]}; // the authority's order is lat,lon
    BBox out{geo::Box{n[0], n[1], n[2], n[3]}, crs_code};
    if (n[1] > n[3]) refuse(name, "the least y is above the greatest.");
    if (geographic) {
        if (n[1] < -90 || n[3] > 90) refuse(name, "a latitude off the earth.");
        if (n[0] < -180 || n[0] > 180 || n[2] < -180 || n[2] > 180) refuse(name, "a longitude off the earth.");
        out.antimeridian = n[0] > n[2];
    } else if (n[0] > n[2]) {
        refuse(name, "the least x is above the greatest.");
    }
    return out;
}

DateTime parse_datetime(std::string_view text, std::string_view name) {
    const auto parts = split(text, '/');
    if (parts.size() > 2) refuse(name, "more than one slash.");
    const auto open = [&](std::string_view part) { return parts.size() == 2 && (part.empty() || part == ".."); };
    DateTime out;
    if (!open(parts.front())) out.from = parse_end(parts.front(), name);
    if (!open(parts.back())) {
        out.to = parse_end(parts.back(), name);
        if (is_date(parts.back())) out.to = end_of_day(*out.to);
    }
    if (!out.from && !out.to) refuse(name, "open at both ends.");
    if (out.from && out.to && *out.from > *out.to) refuse(name, "the interval ends before it begins.");
    return out;
}

std::string parse_crs(std::string_view uri, std::string_view name) {
    const auto& known = known_crs();
    if (std::ranges::find(known, uri) == known.end()) refuse(name, "not one of the coordinate systems of this server.");
    if (uri == kCrs84) return "OGC:CRS84";
    return "EPSG:" + std::string{uri.substr(uri.rfind('/') + 1)};
}

Params::Params(const std::vector<Param>& declared, NameValues query, bool keep_others) : declared_{&declared} {
    for (auto& [name, value] : query) {
        const auto repeated = [&](const auto& pair) { return pair.first == name; };
        if (std::ranges::any_of(all_, repeated) || std::ranges::any_of(others_, repeated)) refuse(name, "given twice.");
        if (const auto* param = find(*declared_, name, false)) {
            check(*param, value);
            all_.emplace_back(std::move(name), std::move(value));
        } else if (keep_others) {
            others_.emplace_back(std::move(name), std::move(value));
        } else {
            refuse(name, "not known here.");
        }
    }
    for (const auto& param : *declared_) {
        if (param.required && !param.in_path && !has(param.name)) refuse(param.name, "required.");
        if (param.kind == ParamKind::bbox) bbox(param.name);
    }
}

const Param& Params::declared(std::string_view name) const {
    const auto* param = find(*declared_, name, false);
    if (!param) throw std::logic_error{"parameter not declared: " + std::string{name}};
    return *param;
}

const std::string* Params::value(std::string_view name) const {
    const auto at = std::ranges::find_if(all_, [&](const auto& pair) { return pair.first == name; });
    return at == all_.end() ? nullptr : &at->second;
}

bool Params::has(std::string_view name) const {
    return value(name) != nullptr;
}

std::string Params::text(std::string_view name, std::string_view otherwise) const {
    declared(name);
    const auto* found = value(name);
    return found ? *found : std::string{otherwise};
}

std::optional<std::int64_t> Params::integer(std::string_view name) const {
    const auto& param = declared(name);
    const auto* found = value(name);
    return found ? std::optional{parse_integer(*found, name)} : param.default_value;
}

std::int64_t Params::limit(std::string_view name) const {
    const auto& param = declared(name);
    const auto wanted = integer(name).value_or(10);
    return param.maximum ? std::min(wanted, *param.maximum) : wanted;
}

std::optional<double> Params::number(std::string_view name) const {
    declared(name);
    const auto* found = value(name);
    return found ? std::optional{parse_number(*found, name)} : std::nullopt;
}

bool Params::boolean(std::string_view name, bool otherwise) const {
    declared(name);
    const auto* found = value(name);
    return found ? parse_boolean(*found, name) : otherwise;
}

std::vector<std::string> Params::list(std::string_view name) const {
    const auto& param = declared(name);
    const auto* found = value(name);
    return found ? parse_list(*found, name, most_members(param)) : std::vector<std::string>{};
}

std::optional<BBox> Params::bbox(std::string_view name) const {
    declared(name);
    const auto* found = value(name);
    if (!found) return std::nullopt;
    const auto* crs_uri = value("bbox-crs");
    return parse_bbox(*found, crs_uri ? parse_crs(*crs_uri, "bbox-crs") : "OGC:CRS84", name);
}

std::optional<DateTime> Params::datetime(std::string_view name) const {
    declared(name);
    const auto* found = value(name);
    return found ? std::optional{parse_datetime(*found, name)} : std::nullopt;
}

std::optional<geo::Instant> Params::instant(std::string_view name) const {
    declared(name);
    const auto* found = value(name);
    return found ? geo::from_rfc3339(*found) : std::nullopt;
}

std::string Params::crs(std::string_view name) const {
    declared(name);
    const auto* found = value(name);
    return found ? parse_crs(*found, name) : "OGC:CRS84";
}

PathParams::PathParams(const std::vector<Param>& declared, NameValues variables) : variables_{std::move(variables)} {
    for (const auto& [name, value] : variables_)
        if (const auto* param = find(declared, name, true)) check(*param, value);
}

const std::string& PathParams::text(std::string_view name) const {
    for (const auto& [known, value] : variables_)
        if (known == name) return value;
    throw std::logic_error{"no such variable in the path: " + std::string{name}};
}

std::int64_t PathParams::integer(std::string_view name) const {
    return parse_integer(text(name), name);
}

std::vector<std::string> PathParams::list(std::string_view name) const {
    return parse_list(text(name), name, static_cast<std::size_t>(kDefaultMostMembers));
}

} // namespace server
