#include "server/http/framing.hpp"

#include "server/http/text.hpp"

#include <algorithm>
#include <array>

namespace server::http {
namespace {

constexpr Verdict kGood{};

Verdict bad(const char* reason) {
    return {400, reason};
}

bool is_token_char(char c) { // RFC 9110 5.6.2
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
}

bool is_target(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// A name or address with an optional port and nothing else: it goes into links.
bool is_host(std::string_view text) {
    return text.size() <= 255 && std::ranges::all_of(text, [](char c) {
               return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '-' || c == '_' ||
                      c == ':' || c == '[' || c == ']';
           });
}

Verdict check_request_line(std::string_view line, Head& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("malformed request line");
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(head.method)) return bad("malformed method");
    if (head.target.size() > kMaxTargetBytes) return {414, "target too long"};
    if (!is_target(head.target)) return bad("malformed target");
    if (version == "HTTP/1.1") {
        head.version = 11;
    } else if (version == "HTTP/1.0") {
        head.version = 10;
    } else if (version.starts_with("HTTP/") && version.size() == 8 && is_digit(version[5]) && version[6] == '.' &&
               is_digit(version[7])) {
        return {505, "HTTP version not supported"};
    } else {
        return bad("malformed request line");
    }
    if (!is_known_method(head.method)) return {501, "method not known"};
    return kGood;
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
    if (text.empty() || text.size() > 18) return std::nullopt; // 18 digits can't overflow
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

// How the fields that decide about framing were seen so far.
struct Seen {
    int host = 0;
    int content_length = 0;
    int transfer_encoding = 0;
    bool close = false;
    bool keep_alive = false;
};

Verdict check_field(std::string_view name, std::string_view value, Head& head, Seen& seen) {
    if (equal_ignoring_case(name, "host")) {
        if (++seen.host > 1) return bad("more than one Host");
        if (!is_host(value)) return bad("malformed Host");
    } else if (equal_ignoring_case(name, "content-length")) {
        if (++seen.content_length > 1) return bad("more than one Content-Length");
        const auto length = parse_length(value);
        if (!length) return bad("malformed Content-Length");
        head.content_length = *length;
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
        // Exactly one coding, chunked: we decode no other, and `gzip, chunked` would have to be refused anyway.
        if (++seen.transfer_encoding > 1 || !equal_ignoring_case(value, "chunked"))
            return bad("Transfer-Encoding is not chunked alone");
        head.chunked = true;
    } else if (equal_ignoring_case(name, "connection")) {
        for (const auto option : list_members(value)) {
            if (equal_ignoring_case(option, "close")) seen.close = true;
            if (equal_ignoring_case(option, "keep-alive")) seen.keep_alive = true;
        }
    } else if (equal_ignoring_case(name, "expect")) {
        if (!equal_ignoring_case(value, "100-continue")) return {417, "unknown expectation"};
        head.expects_continue = true;
    }
    return kGood;
}

} // namespace

bool is_known_method(std::string_view method) {
    static constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                              "PATCH", "DELETE", "OPTIONS"};
    return std::ranges::find(kMethods, method) != kMethods.end();
}

std::optional<std::size_t> head_length(std::string_view bytes) {
    // A bare LF must not hide the end from us, or the bytes behind would wait for the timeout.
    for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
        if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
        if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
    }
    return std::nullopt;
}

Verdict check_unfinished(std::string_view bytes) {
    const auto line_end = bytes.find('\n');
    if (line_end == std::string_view::npos)
        return bytes.size() > kMaxTargetBytes + 32 ? Verdict{414, "request line too long"} : kGood;
    return bytes.size() - line_end > kMaxHeaderBytes ? Verdict{431, "header too large"} : kGood;
}

Verdict check_head(std::string_view bytes, Head& head) {
    std::size_t line_start = 0;
    std::size_t lines = 0;
    Seen seen;
    while (true) {
        const auto end = bytes.find('\n', line_start);
        if (end == std::string_view::npos) return bad("unfinished header");
        if (end == line_start || bytes[end - 1] != '\r') return bad("bare line feed");
        const auto line = bytes.substr(line_start, end - 1 - line_start);
        if (line.find('\r') != std::string_view::npos) return bad("bare carriage return");
        if (line_start == 0) {
            if (const auto verdict = check_request_line(line, head); verdict.status) return verdict;
            if (bytes.size() - end > kMaxHeaderBytes) return {431, "header too large"};
        } else if (line.empty()) {
            break;
        } else {
            if (++lines > kMaxHeaderLines) return {431, "too many header lines"};
            if (line.front() == ' ' || line.front() == '\t') return bad("folded header line");
            const auto colon = line.find(':');
            if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
                return bad("malformed header line");
            const auto value = trim(line.substr(colon + 1));
            if (!is_field_value(value)) return bad("control character in a header");
            if (const auto verdict = check_field(line.substr(0, colon), value, head, seen); verdict.status)
                return verdict;
        }
        line_start = end + 1;
    }
    if (head.chunked && seen.content_length) return bad("both Content-Length and Transfer-Encoding");
    if (head.chunked && head.version == 10) return bad("Transfer-Encoding in HTTP/1.0");
    if (seen.host == 0) return bad("no Host");
    head.keep_alive = head.version == 11 ? !seen.close : seen.keep_alive && !seen.close;
    return kGood;
}

} // namespace server::http
