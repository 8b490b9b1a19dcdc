#include "server/http/url.hpp"

#include "geo/error.hpp"
#include "server/http/text.hpp"

namespace server::http {
namespace {

constexpr std::size_t kMaxParameters = 100;

[[noreturn]] void refuse(const char* why) {
    throw geo::Error{geo::ErrorCode::invalid_input, why};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decode(std::string_view text, bool plus_is_blank) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) refuse("The address ends in the middle of a percent escape.");
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) refuse("The address has a malformed percent escape.");
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c == '\0') refuse("The address holds a NUL.");
        out += c;
    }
    if (!is_utf8(out)) refuse("The address is not UTF-8.");
    return out;
}

// An escaped slash would mean one thing to a proxy and another to us; a control character has no business in a name.
std::string decode_segment(std::string_view text) {
    auto segment = decode(text, false);
    for (const char c : segment)
        if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            refuse("The path holds an escaped slash, backslash or control character.");
    if (segment == "." || segment == "..") refuse("The path holds a dot segment.");
    return segment;
}

std::string_view without_origin(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() < scheme.size() || !equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        const auto slash = target.find_first_of("/?", scheme.size());
        if (slash == std::string_view::npos) return "/";
        if (target[slash] == '?') refuse("The address has no path.");
        return target.substr(slash);
    }
    return target;
}

} // namespace

Url parse_target(std::string_view target) {
    target = without_origin(target);
    if (target.empty() || target.front() != '/') refuse("The address does not start with a slash.");
    if (target.find('#') != std::string_view::npos) refuse("The address has a fragment.");
    Url url;
    const auto question = target.find('?');
    auto path = target.substr(1, question == std::string_view::npos ? question : question - 1);
    while (true) {
        const auto slash = path.find('/');
        url.segments.push_back(decode_segment(path.substr(0, slash)));
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    if (question == std::string_view::npos) return url;
    auto query = target.substr(question + 1);
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        if (!pair.empty()) {
            const auto equals = pair.find('=');
            const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
            url.query.emplace_back(decode(pair.substr(0, equals), true), decode(value, true));
            if (url.query.size() > kMaxParameters) refuse("The address has too many parameters.");
        }
        if (end == std::string_view::npos) break;
        query.remove_prefix(end + 1);
    }
    return url;
}

std::string percent_encode(std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain =
            is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', kHex[byte >> 4], kHex[byte & 15]};
        }
    }
    return out;
}

} // namespace server::http
