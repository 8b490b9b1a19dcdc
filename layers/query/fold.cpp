#include "layers/query/fold.hpp"

#include "layers/query/unicode_data.hpp"
#include "layers/query/utf8.hpp"

#include <algorithm>
#include <array>

namespace layers::query {

namespace {

struct Block {
    char32_t first;
    char32_t last;
};

// Marks that sit on a letter and are not letters themselves. The vowel signs of Indic scripts are also combining marks
// of Unicode, but dropping them would change the word.
constexpr std::array<Block, 18> kAccents{{
    {0x0300, 0x036F},
    {0x0483, 0x0487},
    {0x0591, 0x05BD},
    {0x05BF, 0x05BF},
    {0x05C1, 0x05C2},
    {0x05C4, 0x05C5},
    {0x05C7, 0x05C7},
    {0x0610, 0x061A},
    {0x064B, 0x065F},
    {0x0670, 0x0670},
    {0x06D6, 0x06DC},
    {0x06DF, 0x06E4},
    {0x06E7, 0x06E8},
    {0x06EA, 0x06ED},
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF},
    {0xFE20, 0xFE2F},
}};

bool is_accent(char32_t c) {
    return c >= kAccents.front().first &&
           std::ranges::any_of(kAccents, [c](const Block& block) { return c >= block.first && c <= block.last; });
}

// The entry of a table, sorted by its ranges, that could hold c; null when there is none.
template <typename Entry>
const Entry* range_of(std::span<const Entry> table, char32_t c) {
    const auto it = std::ranges::lower_bound(table, c, {}, &Entry::last);
    return it != table.end() && it->first <= c ? &*it : nullptr;
}

void append_folded(std::string& out, char32_t c) {
    if (const auto* range = range_of(fold_ranges(), c); range && (c - range->first) % range->stride == 0)
        return append_character(out, static_cast<char32_t>(static_cast<std::int64_t>(c) + range->delta));
    const auto many = std::ranges::lower_bound(fold_many(), c, {}, &FoldMany::from);
    if (many == fold_many().end() || many->from != c) return append_character(out, c);
    for (const char32_t to : many->to)
        if (to != 0) append_character(out, to);
}

template <typename Each>
std::string map(std::string_view text, Each each) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) each(out, next_character(text, at));
    return out;
}

} // namespace

std::string fold_case(std::string_view text) {
    return map(text, [](std::string& out, char32_t c) {
        if (c < 0x80) {
            out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        } else {
            append_folded(out, c);
        }
    });
}

std::string strip_accents(std::string_view text) {
    return map(text, [](std::string& out, char32_t c) {
        if (is_accent(c)) return;
        const auto* range = c < 0x80 ? nullptr : range_of(base_ranges(), c);
        append_character(out, range ? range->base : c);
    });
}

} // namespace layers::query
