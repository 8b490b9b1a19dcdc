#include "layers/query/like.hpp"

#include "geo/error.hpp"
#include "layers/query/utf8.hpp"

#include <algorithm>

namespace layers::query {

namespace {

constexpr std::size_t kMaxWithAny = 64; // the bits of a mask

// Up to here looking for the first byte and comparing is faster than any table and still bounded.
constexpr std::size_t kShort = 32;

} // namespace

LikePattern::LikePattern(std::string_view pattern) {
    std::u32string run;
    for (std::size_t at = 0; at < pattern.size();) {
        char32_t c = next_character(pattern, at);
        if (c == '%') {
            runs_.push_back(compile(run));
            run.clear();
            continue;
        }
        if (c == '_') {
            c = kAny;
        } else if (c == '\\' && at < pattern.size()) {
            c = next_character(pattern, at);
        }
        run += c;
    }
    runs_.push_back(compile(run));
}

LikePattern::Run LikePattern::compile(const std::u32string& characters) {
    Run run;
    run.has_any = characters.find(kAny) != std::u32string::npos;
    if (run.has_any) {
        if (characters.size() > kMaxWithAny)
            throw geo::Error{geo::ErrorCode::invalid_input,
                             "a LIKE pattern with _ has more than 64 characters between two %"};
        run.characters = characters;
        for (std::size_t i = 0; i < characters.size(); ++i) {
            const std::uint64_t bit = std::uint64_t{1} << i;
            if (characters[i] == kAny) {
                run.any_mask |= bit;
            } else {
                run.masks[characters[i]] |= bit;
            }
        }
        return run;
    }
    for (const char32_t c : characters) append_character(run.bytes, c);
    if (run.bytes.size() > kShort) {
        run.borders.assign(run.bytes.size(), 0);
        for (std::size_t i = 1, border = 0; i < run.bytes.size(); ++i) {
            while (border > 0 && run.bytes[i] != run.bytes[border]) border = run.borders[border - 1];
            if (run.bytes[i] == run.bytes[border]) ++border;
            run.borders[i] = border;
        }
    }
    return run;
}

bool LikePattern::take_front(const Run& run, std::string_view text, std::size_t& at) {
    if (!run.has_any) {
        if (!text.substr(at).starts_with(run.bytes)) return false;
        at += run.bytes.size();
        return true;
    }
    for (const char32_t wanted : run.characters) {
        if (at == text.size()) return false;
        const char32_t c = next_character(text, at);
        if (wanted != kAny && wanted != c) return false;
    }
    return true;
}

bool LikePattern::take_back(const Run& run, std::string_view text, std::size_t at, std::size_t& end) {
    if (!run.has_any) {
        if (!text.substr(at).ends_with(run.bytes)) return false;
        end = text.size() - run.bytes.size();
        return true;
    }
    end = text.size();
    for (std::size_t i = 0; i < run.characters.size(); ++i) {
        if (end <= at) return false;
        end = previous_character(text, end);
    }
    std::size_t from = end;
    return take_front(run, text, from);
}

bool LikePattern::find_bytes(const Run& run, std::string_view text, std::size_t& at, std::size_t end) {
    if (run.borders.empty()) {
        const std::size_t found = text.substr(0, end).find(run.bytes, at);
        if (found == std::string_view::npos) return false;
        at = found + run.bytes.size();
        return true;
    }
    for (std::size_t matched = 0; at < end;) {
        const char c = text[at++];
        while (matched > 0 && c != run.bytes[matched]) matched = run.borders[matched - 1];
        if (c == run.bytes[matched]) ++matched;
        if (matched == run.bytes.size()) return true;
    }
    return false;
}

// Shift-And (Baeza-Yates and Gonnet 1992) over characters: bit i is set when the run's first i + 1 have just been seen.
bool LikePattern::find(const Run& run, std::string_view text, std::size_t& at, std::size_t end) {
    if (!run.has_any) return find_bytes(run, text, at, end);
    const std::uint64_t last = std::uint64_t{1} << (run.characters.size() - 1);
    std::uint64_t seen = 0;
    while (at < end) {
        const auto mask = run.masks.find(next_character(text, at));
        seen = ((seen << 1) | 1) & (run.any_mask | (mask == run.masks.end() ? 0 : mask->second));
        if ((seen & last) != 0) return true;
    }
    return false;
}

bool LikePattern::matches(std::string_view text) const {
    std::size_t at = 0;
    if (!take_front(runs_.front(), text, at)) return false;
    if (runs_.size() == 1) return at == text.size();
    std::size_t end = text.size();
    if (!take_back(runs_.back(), text, at, end)) return false;
    // Leftmost first is enough: what a run leaves to the right can only help the next one.
    return std::all_of(runs_.begin() + 1, runs_.end() - 1, [&](const Run& run) { return find(run, text, at, end); });
}

} // namespace layers::query
