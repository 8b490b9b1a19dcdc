#include "layers/model/sealed.hpp"
#include "layers/normalise/normalise.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace layers::normalise {
namespace {

// Digits of Arabic and Urdu keyboards (U+0660–0669, U+06F0–06F9) as ASCII, everything else as it is. `origins`, where
// it is wanted, gets the place of each byte in the text as it was, and the text's end.
std::string with_ascii_digits(std::string_view text, std::vector<std::size_t>* origins = nullptr) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (origins) origins->push_back(i);
        const auto lead = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
        if (lead == 0xD9 && next >= 0xA0 && next <= 0xA9) {
            out.push_back(static_cast<char>('0' + next - 0xA0));
            ++i;
        } else if (lead == 0xDB && next >= 0xB0 && next <= 0xB9) {
            out.push_back(static_cast<char>('0' + next - 0xB0));
            ++i;
        } else if (text.substr(i, 2) == "\xEF\xBC" && i + 2 < text.size() &&
                   static_cast<unsigned char>(text[i + 2]) - 0x90u <= 9) { // full width, U+FF10–FF19
            out.push_back(static_cast<char>('0' + static_cast<unsigned char>(text[i + 2]) - 0x90));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    if (origins) origins->push_back(text.size());
    return out;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What people write between the groups of a number: blanks, hyphens, points, strokes, brackets, and what can't be seen.
constexpr std::array<std::string_view, 26> kSeparators{" ",
                                                       "_",
                                                       "\t",
                                                       "-",
                                                       ".",
                                                       "/",
                                                       "(",
                                                       ")",
                                                       "\xC2\xA0",
                                                       "\xE2\x80\x8B",
                                                       "\xE2\x80\x8C",
                                                       "\xE2\x80\x8D",
                                                       "\xE2\x80\x8E",
                                                       "\xE2\x80\x8F",
                                                       "\xE2\x80\x90",
                                                       "\xE2\x80\x91",
                                                       "\xE2\x80\x92",
                                                       "\xE2\x80\x93",
                                                       "\xE2\x80\x94",
                                                       "\xE2\x80\xAF",
                                                       "\xE2\x81\xA0",
                                                       "\xEF\xBB\xBF",
                                                       "\xE2\x80\xAA",
                                                       "\xE2\x80\xAC",
                                                       "\xE2\x81\xA6",
                                                       "\xE2\x81\xA9"};
constexpr int kMostSeparators = 3;

struct Group { // of digits
    std::size_t begin = 0, end = 0;
    bool joined = false;   // to the group before, by separators alone
    bool plus = false;     // a plus sign stands before it
    bool fraction = false; // behind a decimal point: 61.9312
    std::size_t size() const { return end - begin; }
};

// The end of at most kMostSeparators separators from `at` on.
std::size_t past_separators(std::string_view text, std::size_t at) {
    for (int count = 0; count < kMostSeparators; ++count) {
        const auto found = std::ranges::find_if(kSeparators, [&](auto s) { return text.substr(at).starts_with(s); });
        if (found == kSeparators.end()) break;
        at += found->size();
    }
    return at;
}

std::vector<Group> groups_of(std::string_view text) {
    std::vector<Group> groups;
    for (std::size_t i = 0; i < text.size();) {
        if (!is_digit(text[i])) {
            ++i;
            continue;
        }
        Group group{.begin = i};
        group.plus = i > 0 && text[i - 1] == '+';
        if (!groups.empty()) {
            const auto& last = groups.back();
            const auto first = text.substr(last.begin, last.size());
            group.fraction = i == last.end + 1 && text[last.end] == '.' && first.size() <= 3 &&
                             !(first.size() >= 2 && first.front() == '0');
            group.joined = !group.fraction && past_separators(text, last.end) == i;
        }
        while (i < text.size() && is_digit(text[i])) ++i;
        group.end = i;
        groups.push_back(group);
    }
    return groups;
}

using Sizes = std::vector<std::size_t>;

// Pakistan's identity card: 13 digits, written 12345-1234567-1, or with one of the hyphens, or none. Dates with times
// behind them have 13 digits too, so other groupings are not taken for one.
bool is_identity(const Sizes& sizes) {
    return sizes == Sizes{13} || sizes == Sizes{5, 7, 1} || sizes == Sizes{5, 8} || sizes == Sizes{12, 1};
}

// ITU-T E.164: at most 15 digits with the country's. Without + or 00 only what Pakistan and its neighbours Iran and
// Afghanistan use: mobiles (03xx, 3xx, 923, 09xx, 989, 07xx), and area codes with a separator behind them.
bool is_telephone(bool plus, std::string_view digits, const Sizes& sizes) {
    const auto total = digits.size();
    if (plus) return total >= 9 && total <= 15;
    if (digits.starts_with("00") && digits[2] != '0') return sizes.front() >= 4 && total >= 11 && total <= 17;
    if (digits.starts_with("923") || digits.starts_with("989")) return total == 12;
    if (digits.starts_with("9203")) return total == 13;
    if (digits.starts_with("03") || digits.starts_with("09")) {
        if (sizes.front() >= 4 && total == 11) return true;
    }
    if (digits.starts_with("07") && sizes.front() >= 4 && total == 10) return true;
    if (digits.front() == '3' && digits.size() == 10 && sizes.size() == 1) return digits[1] <= '4';
    return digits.front() == '0' && digits[1] != '0' && sizes.size() == 2 && sizes[0] >= 3 && sizes[0] <= 5 &&
           sizes[1] >= 6 && sizes[1] <= 8;
}

struct Found {
    std::size_t begin = 0, end = 0; // in the text, plus and an opening bracket before it included
    const char* what = "";
};

// The longest number that begins with group `first`; how many groups it has, 0: none.
std::size_t number_at(std::string_view text, const std::vector<Group>& groups, std::size_t first, Found& found) {
    constexpr std::size_t kMostGroups = 7;
    std::size_t taken = 0;
    std::string digits;
    Sizes sizes;
    for (std::size_t i = first; i < groups.size() && i < first + kMostGroups; ++i) {
        const auto& group = groups[i];
        if (i > first && (!group.joined || group.plus)) break;
        digits.append(text, group.begin, group.size());
        sizes.push_back(group.size());
        const bool identity = is_identity(sizes);
        if (digits.size() < 9 || !(identity || is_telephone(groups[first].plus, digits, sizes))) continue;
        taken = i - first + 1;
        found = {groups[first].begin - (groups[first].plus ? 1 : 0), group.end,
                 identity ? "an identity number" : "a telephone number"};
    }
    return taken;
}

std::vector<Found> numbers_in(std::string_view text) {
    const auto groups = groups_of(text);
    std::vector<Found> all;
    for (std::size_t i = 0; i < groups.size();) {
        Found found;
        const auto taken = groups[i].fraction ? 0 : number_at(text, groups, i, found);
        if (taken > 0) all.push_back(found);
        i += std::max<std::size_t>(taken, 1);
    }
    return all;
}

} // namespace

std::optional<std::string> private_number(std::string_view text) {
    const auto found = numbers_in(with_ascii_digits(text));
    if (found.empty()) return std::nullopt;
    return found.front().what;
}

std::vector<std::string> take_private_numbers(std::string& text) {
    std::vector<std::string> taken;
    std::vector<std::size_t> origins;
    const auto ascii = with_ascii_digits(text, &origins);
    std::string left;
    std::size_t done = 0; // of the text as it was
    for (const auto& found : numbers_in(ascii)) {
        taken.push_back(ascii.substr(found.begin, found.end - found.begin));
        left.append(text, done, origins[found.begin] - done);
        left += kSealMark;
        done = origins[found.end];
    }
    if (taken.empty()) return taken;
    left.append(text, done, std::string::npos);
    text = std::move(left);
    return taken;
}

} // namespace layers::normalise
