#include "layers/model/sealed.hpp"
#include "layers/normalise/normalise.hpp"

#include <algorithm>
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

// Groups of digits with one space or hyphen between them: "+92 300-1234567" -> plus, {"92", "300", "1234567"}.
struct Run {
    bool plus = false;
    std::size_t begin = 0, end = 0; // in the text, the plus included
    std::vector<std::string> groups;

    std::string digits() const {
        std::string all;
        for (const auto& group : groups) all += group;
        return all;
    }
};

std::vector<Run> runs_of(std::string_view text) {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < text.size();) {
        if (!is_digit(text[i])) {
            ++i;
            continue;
        }
        Run run;
        run.plus = i > 0 && text[i - 1] == '+';
        run.begin = run.plus ? i - 1 : i;
        while (i < text.size() && is_digit(text[i])) {
            const auto begin = i;
            while (i < text.size() && is_digit(text[i])) ++i;
            run.end = i;
            run.groups.emplace_back(text.substr(begin, i - begin));
            const bool joined = i + 1 < text.size() && (text[i] == ' ' || text[i] == '-') && is_digit(text[i + 1]);
            if (joined) ++i;
        }
        runs.push_back(std::move(run));
    }
    return runs;
}

// Pakistan's identity card number: 13 digits, written 12345-1234567-1.
bool is_identity(const Run& run) {
    const auto& g = run.groups;
    if (std::ranges::any_of(g, [](const auto& group) { return group.size() == 13; })) return true;
    for (std::size_t i = 0; i + 2 < g.size(); ++i) {
        if (g[i].size() == 5 && g[i + 1].size() == 7 && g[i + 2].size() == 1) return true;
    }
    return false;
}

// International with + or 00, or Pakistan's mobile numbers, 03xx and seven digits (ITU-T E.164: at most 15 digits).
bool is_telephone(const Run& run) {
    const auto digits = run.digits();
    if (run.plus) return digits.size() >= 9 && digits.size() <= 15;
    if (digits.starts_with("0092")) return digits.size() >= 13 && digits.size() <= 15;
    if (digits.starts_with("923")) return digits.size() == 12;
    return digits.starts_with("03") && digits.size() == 11;
}

} // namespace

std::optional<std::string> private_number(std::string_view text) {
    for (const auto& run : runs_of(with_ascii_digits(text))) {
        if (is_identity(run)) return "an identity number";
        if (is_telephone(run)) return "a telephone number";
    }
    return std::nullopt;
}

std::vector<std::string> take_private_numbers(std::string& text) {
    std::vector<std::string> taken;
    std::vector<std::size_t> origins;
    const auto ascii = with_ascii_digits(text, &origins);
    std::string left;
    std::size_t done = 0; // of the text as it was
    for (const auto& run : runs_of(ascii)) {
        if (!is_identity(run) && !is_telephone(run)) continue;
        taken.push_back(ascii.substr(run.begin, run.end - run.begin));
        left.append(text, done, origins[run.begin] - done);
        left += kSealMark;
        done = origins[run.end];
    }
    if (taken.empty()) return taken;
    left.append(text, done, std::string::npos);
    text = std::move(left);
    return taken;
}

} // namespace layers::normalise
