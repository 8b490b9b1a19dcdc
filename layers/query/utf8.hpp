// One character at a time out of text that is meant to be UTF-8; a byte that fits nothing counts as one character, so
// that what came in broken can still be compared. Strict checking is the lexer's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace layers::query {

// The character at `at`, which moves behind it. A stray byte comes back as itself + 0x110000: equal only to itself.
char32_t next_character(std::string_view text, std::size_t& at);
// Where the character before `at` begins; at > 0.
std::size_t previous_character(std::string_view text, std::size_t at);
void append_character(std::string& text, char32_t c);

} // namespace layers::query
