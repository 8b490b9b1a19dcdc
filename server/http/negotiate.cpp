#include "server/http/negotiate.hpp"

#include "geo/wrap/compress.hpp"
#include "server/http/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace server::http {
namespace {

constexpr std::size_t kWorthCompressing_bytes = 1024;

// "0.25" -> 250; RFC 9110 12.4.2 allows three digits. Anything else counts as refusal: it is not a wish we understand.
int parse_quality(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
    int value = (text[0] - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.') return 0;
    int weight = 100;
    for (const char c : text.substr(2)) {
        if (!is_digit(c)) return 0;
        value += (c - '0') * weight;
        weight /= 10;
    }
    return value > 1000 ? 0 : value;
}

struct Range { // a member of an Accept or Accept-Encoding list
    std::string_view name;
    int quality = 1000;
};

std::vector<Range> ranges(std::string_view value) {
    std::vector<Range> out;
    for (auto member : list_members(value)) {
        Range range;
        auto semicolon = member.find(';');
        range.name = trim(member.substr(0, semicolon));
        while (semicolon != std::string_view::npos) {
            member.remove_prefix(semicolon + 1);
            semicolon = member.find(';');
            const auto parameter = trim(member.substr(0, semicolon));
            if (parameter.size() > 2 && lower(parameter[0]) == 'q' && parameter[1] == '=')
                range.quality = parse_quality(parameter.substr(2));
        }
        out.push_back(range);
    }
    return out;
}

std::optional<int> stated_quality(const std::vector<Range>& accepted, std::string_view coding) {
    std::optional<int> any;
    for (const auto& range : accepted) {
        if (equal_ignoring_case(range.name, coding)) return range.quality;
        if (coding == "gzip" && equal_ignoring_case(range.name, "x-gzip")) return range.quality;
        if (range.name == "*") any = range.quality;
    }
    return any;
}

std::string_view without_weakness(std::string_view tag) {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

std::string compressed(std::string_view bytes, Coding coding) {
    using geo::wrap::compress;
    switch (coding) {
    case Coding::gzip:
        return compress(geo::wrap::Coding::gzip, bytes, 1);
    case Coding::br:
        return compress(geo::wrap::Coding::brotli, bytes, 1);
    case Coding::zstd:
        return compress(geo::wrap::Coding::zstd, bytes, 1);
    case Coding::identity:
        break;
    }
    return std::string{bytes};
}

} // namespace

const char* name(Coding coding) {
    switch (coding) {
    case Coding::gzip:
        return "gzip";
    case Coding::br:
        return "br";
    case Coding::zstd:
        return "zstd";
    case Coding::identity:
        break;
    }
    return "identity";
}

Coding choose_coding(std::string_view accept_encoding, std::span<const Coding> available) {
    const auto accepted = ranges(accept_encoding);
    if (accepted.empty()) return Coding::identity;
    Coding best = Coding::identity;
    // Not mentioned, identity is acceptable but loses against anything the client asked for.
    int best_quality = stated_quality(accepted, "identity").value_or(0);
    for (const auto coding : available) {
        const int offered = stated_quality(accepted, name(coding)).value_or(0);
        if (offered > 0 && (offered > best_quality || (best == Coding::identity && offered == best_quality))) {
            best = coding;
            best_quality = offered;
        }
    }
    return best;
}

double quality(std::string_view accept, std::string_view media_type) {
    if (trim(accept).empty()) return 1;
    const auto main_type = media_type.substr(0, media_type.find('/') + 1);
    int best = 0;
    int best_rank = 0;
    for (const auto& range : ranges(accept)) {
        int rank = 0;
        if (equal_ignoring_case(range.name, media_type)) {
            rank = 3;
        } else if (range.name.size() == main_type.size() + 1 && range.name.ends_with('*') &&
                   equal_ignoring_case(range.name.substr(0, main_type.size()), main_type)) {
            rank = 2;
        } else if (range.name == "*/*") {
            rank = 1;
        }
        if (rank > best_rank) {
            best_rank = rank;
            best = range.quality;
        }
    }
    return best / 1000.0;
}

bool matches(std::string_view if_none_match, std::string_view tag) {
    if (tag.empty()) return false;
    return std::ranges::any_of(list_members(if_none_match), [&](std::string_view member) {
        return member == "*" || without_weakness(member) == without_weakness(tag);
    });
}

bool is_compressible(std::string_view content_type) {
    const auto type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
    static constexpr std::array<std::string_view, 8> kTypes{
        "application/json", "application/javascript", "application/vnd.mapbox-vector-tile", "application/x-protobuf",
        "application/xml",  "image/svg+xml",          "application/manifest+json",          "application/wasm"};
    return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
           std::ranges::find(kTypes, type) != kTypes.end();
}

void compress(Response& response, std::string_view accept_encoding) {
    if (!response.header("Content-Encoding").empty() || !is_compressible(response.header("Content-Type"))) return;
    add_vary(response, "Accept-Encoding");
    std::string_view bytes;
    if (const auto* text = std::get_if<std::string>(&response.body)) bytes = *text;
    if (const auto* shared = std::get_if<SharedBytes>(&response.body); shared && *shared) bytes = **shared;
    if (bytes.size() < kWorthCompressing_bytes) return;
    // By speed: zstd-1 goes at 200 MB/s, gzip-1 (libdeflate) at 110, brotli last.
    static constexpr std::array kOurs{Coding::zstd, Coding::gzip, Coding::br};
    const auto coding = choose_coding(accept_encoding, kOurs);
    if (coding == Coding::identity) return;
    response.body = compressed(bytes, coding);
    response.set("Content-Encoding", name(coding));
}

void add_vary(Response& response, std::string_view field) {
    const std::string known{response.header("Vary")};
    for (const auto member : list_members(known))
        if (equal_ignoring_case(member, field) || member == "*") return;
    response.set("Vary", known.empty() ? std::string{field} : known + ", " + std::string{field});
}

} // namespace server::http
