// The few text tests that HTTP needs, for ASCII only: locale never changes what a request means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace server::http {

inline char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text); // blanks and tabs at both ends (OWS of RFC 9110)

// The members of a comma-separated field value, trimmed; empty ones are left out (RFC 9110 5.6.1.2).
std::vector<std::string_view> list_members(std::string_view value);

// True for well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

} // namespace server::http
