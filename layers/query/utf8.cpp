#include "layers/query/utf8.hpp"

namespace layers::query {

namespace {

constexpr char32_t kStray = 0x110000;

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

} // namespace

char32_t next_character(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at]);
    std::size_t length = 1;
    char32_t c = first;
    if (first >= 0xF0 && first < 0xF8) {
        length = 4;
        c = first & 0x07U;
    } else if (first >= 0xE0 && first < 0xF0) {
        length = 3;
        c = first & 0x0FU;
    } else if (first >= 0xC0 && first < 0xE0) {
        length = 2;
        c = first & 0x1FU;
    } else if (first >= 0x80) {
        ++at;
        return kStray + first;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text, at + i)) {
            ++at;
            return kStray + first;
        }
        c = (c << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    }
    at += length;
    return c;
}

std::size_t previous_character(std::string_view text, std::size_t at) {
    const std::size_t last = at - 1;
    // Back over at most three continuation bytes, if what is there is one character that ends here.
    for (std::size_t begin = last + 1; begin-- > 0 && last - begin < 4;) {
        if (continues(text, begin)) continue;
        std::size_t end = begin;
        next_character(text, end);
        return end == at ? begin : last;
    }
    return last;
}

void append_character(std::string& text, char32_t c) {
    const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c >= kStray) {
        put(c - kStray);
    } else if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

} // namespace layers::query
