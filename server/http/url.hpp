// A request target taken apart: total, strict, small; it is the first thing an attacker's bytes meet.
// Knows no route.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server::http {

struct Url {
    std::vector<std::string> segments;                      // decoded; "/" is one empty segment, "/map/" two
    std::vector<std::pair<std::string, std::string>> query; // decoded, in order
};

// Takes "/a/b?x=1", and the absolute form "http://host/a" whose host is left to the framing gate.
// Error{invalid_input}: a bad escape, an escaped NUL, control character, slash or backslash, `.` or `..` as a segment,
// bytes that are not UTF-8, a fragment, more than 100 parameters.
Url parse_target(std::string_view target);

// Everything but unreserved characters (RFC 3986 2.3) as %XX.
std::string percent_encode(std::string_view text);

} // namespace server::http
