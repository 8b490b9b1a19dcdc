#include "layers/fuse/place_name.hpp"

#include "layers/query/fold.hpp"
#include "layers/query/utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace layers::fuse {
namespace {

// Words that say what a place is, not which. Sorted.
constexpr std::array<std::string_view, 44> kCommon{
    "agency", "airport", "and",       "area",       "at",    "bazaar",   "bazar",   "border",   "camp",
    "check",  "city",    "checkpost", "checkpoint", "cp",    "crossing", "dist",    "district", "division",
    "fata",   "gate",    "harbor",    "harbour",    "in",    "km",       "near",    "of",       "post",
    "point",  "port",    "province",  "region",     "river", "road",     "sector",  "sub",      "tehsil",
    "the",    "to",      "town",      "tribal",     "union", "valley",   "village", "zone"};

// Letters of Arabic script (Arabic, Persian, Urdu, Pashto, Sindhi's common ones) as the consonants they are written
// with in Latin; vowels and signs are left out, as they are in the skeleton of a Latin word.
struct Letter {
    char32_t letter;
    std::string_view latin;
};
constexpr std::array<Letter, 47> kArabic{{
    {U'ا', "a"},  {U'آ', "a"},  {U'ب', "b"},  {U'پ', "p"},  {U'ت', "t"}, {U'ٹ', "t"},  {U'ث', "s"}, {U'ج', "j"},
    {U'چ', "ch"}, {U'ح', "h"},  {U'خ', "kh"}, {U'د', "d"},  {U'ڈ', "d"}, {U'ذ', "z"},  {U'ر', "r"}, {U'ڑ', "r"},
    {U'ز', "z"},  {U'ژ', "zh"}, {U'س', "s"},  {U'ش', "sh"}, {U'ص', "s"}, {U'ض', "z"},  {U'ط', "t"}, {U'ظ', "z"},
    {U'ع', "a"},  {U'غ', "gh"}, {U'ف', "f"},  {U'ق', "q"},  {U'ک', "k"}, {U'ك', "k"},  {U'گ', "g"}, {U'ل', "l"},
    {U'م', "m"},  {U'ن', "n"},  {U'ں', "n"},  {U'و', "w"},  {U'ہ', "h"}, {U'ه', "h"},  {U'ھ', "h"}, {U'ی', "y"},
    {U'ي', "y"},  {U'ے', "y"},  {U'ټ', "t"},  {U'ډ', "d"},  {U'ړ', "r"}, {U'ښ', "kh"}, {U'ږ', "g"},
}};

bool is_word(char32_t c) {
    return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || c >= 0x80;
}

std::vector<std::string_view> words_of(std::string_view key) {
    std::vector<std::string_view> words;
    while (!key.empty()) {
        const auto end = std::min(key.find(' '), key.size());
        if (end > 0) words.push_back(key.substr(0, end));
        key.remove_prefix(std::min(end + 1, key.size()));
    }
    return words;
}

// The consonants as they sound, each once where doubled: gawadar, gwadar -> gvdr; bella, bela -> bl.
std::string skeleton(std::string_view word) {
    std::string out;
    for (std::size_t i = 0; i < word.size(); ++i) {
        char c = word[i];
        const bool aspirated = i + 1 < word.size() && word[i + 1] == 'h';
        if (c == 'w') c = 'v';
        if (c == 'q' || (c == 'c' && !aspirated)) c = 'k';
        if (c == 'p' && aspirated) c = 'f';
        if (c == 'z') c = 'j';
        if (c == 'h' && i > 0) continue; // aspiration is written or not
        const bool vowel = c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
        if (vowel && i > 0) continue;
        if (vowel) c = 'a';
        if (out.empty() || out.back() != c) out.push_back(c);
    }
    return out;
}

std::vector<std::string> trigrams(std::string_view word) {
    const std::string padded = "  " + std::string{word} + " ";
    std::vector<std::string> grams;
    for (std::size_t i = 0; i + 3 <= padded.size(); ++i) grams.push_back(padded.substr(i, 3));
    std::ranges::sort(grams);
    return grams;
}

double dice(std::string_view a, std::string_view b) {
    const auto grams_a = trigrams(a), grams_b = trigrams(b);
    std::vector<std::string> both;
    std::ranges::set_intersection(grams_a, grams_b, std::back_inserter(both));
    return 2.0 * static_cast<double>(both.size()) / static_cast<double>(grams_a.size() + grams_b.size());
}

double word_likeness(std::string_view a, std::string_view b) {
    if (a == b) return 1;
    const double shared = dice(a, b);
    const auto bones = skeleton(a);
    // Two consonants are shared by many words; three are a word's own.
    if (bones == skeleton(b) && (bones.size() >= 3 || (bones.size() == 2 && shared >= 0.3))) return 0.95;
    return shared;
}

// How much of the words of `from` is found in `in`, by their lengths.
double found_in(const std::vector<std::string_view>& from, const std::vector<std::string_view>& in) {
    double found = 0, all = 0;
    for (const auto word : from) {
        double best = 0;
        for (const auto other : in) best = std::max(best, word_likeness(word, other));
        found += best * static_cast<double>(word.size());
        all += static_cast<double>(word.size());
    }
    return all > 0 ? found / all : 0;
}

} // namespace

std::string place_key(std::string_view place) {
    const auto folded = query::strip_accents(query::fold_case(place));
    std::string plain;
    for (std::size_t at = 0; at < folded.size();) {
        const auto c = query::next_character(folded, at);
        const auto* arabic = std::ranges::find(kArabic, c, &Letter::letter);
        if (arabic != kArabic.end())
            plain += arabic->latin;
        else if (c == U'\'' || c == U'’' || c == U'`')
            continue; // Ma'ruf, Maruf
        else if (c < 0x110000 && is_word(c))
            query::append_character(plain, c);
        else
            plain.push_back(' ');
    }
    std::string key, everything;
    for (const auto word : words_of(plain)) {
        everything += (everything.empty() ? "" : " ") + std::string{word};
        if (std::ranges::find(kCommon, word) == kCommon.end()) key += (key.empty() ? "" : " ") + std::string{word};
    }
    return key.empty() ? everything : key;
}

double place_similarity(std::string_view key_a, std::string_view key_b) {
    if (key_a.empty() || key_b.empty()) return 0;
    if (key_a == key_b) return 1;
    const auto words_a = words_of(key_a), words_b = words_of(key_b);
    const double a_in_b = found_in(words_a, words_b), b_in_a = found_in(words_b, words_a);
    double apart = 0.7 * std::max(a_in_b, b_in_a) + 0.3 * std::min(a_in_b, b_in_a);
    // Written as one word here and as two there (Ghulam Khan, Ghulamkhan).
    std::string joined_a{key_a}, joined_b{key_b};
    std::erase(joined_a, ' ');
    std::erase(joined_b, ' ');
    return std::max(apart, word_likeness(joined_a, joined_b));
}

} // namespace layers::fuse
