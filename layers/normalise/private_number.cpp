#include "layers/normalise/normalise.hpp"

#include <algorithm>
#include <vector>

namespace layers::normalise {
namespace {

// Digits of Arabic and Urdu keyboards (U+0660–0669, U+06F0–06F9) as ASCII, everything else as it is.
std::string with_ascii_digits(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
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
    return out;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Groups of digits with one space or hyphen between them: "+92 300-1234567" -> plus, {"92", "300", "1234567"}.
struct Run {
    bool plus = false;
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
        while (i < text.size() && is_digit(text[i])) {
            const auto begin = i;
            while (i < text.size() && is_digit(text[i])) ++i;
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

} // namespace layers::normalise
