#include "layers/query/lexer.hpp"

#include "geo/error.hpp"
#include "layers/query/names.hpp"

#include <algorithm>
#include <array>

namespace layers::query {

namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Length of the UTF-8 sequence that starts at `at`, 0 when there is none (RFC 3629, clause 4).
std::size_t sequence_length(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned first = byte(at);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xC2 && first <= 0xDF     ? 2
                               : (first & 0xF0) == 0xE0           ? 3
                               : (first >= 0xF0 && first <= 0xF4) ? 4
                                                                  : 0;
    if (length == 0 || at + length > bytes.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(at + i) & 0xC0) != 0x80) return 0;
    const unsigned second = byte(at + 1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second >= 0xA0;
    const bool beyond = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

} // namespace

bool starts_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool continues_word(char c) {
    return starts_word(c) || is_digit(c) || c == '.';
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = sequence_length(bytes, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

Lexer::Lexer(std::string_view text) : text_{text} {
    if (!is_utf8(text)) throw geo::Error{geo::ErrorCode::invalid_input, "the filter is not UTF-8"};
    advance();
}

void Lexer::fail_at(std::size_t offset, const std::string& what) const {
    // Columns count characters: continuation bytes are none.
    const auto before = text_.substr(0, offset);
    const auto column = 1 + std::ranges::count_if(before, [](char c) { return (c & 0xC0) != 0x80; });
    throw geo::Error{geo::ErrorCode::invalid_input, "column " + std::to_string(column) + ": " + what};
}

std::size_t Lexer::skip_space(std::size_t at) const {
    while (at < text_.size() && is_space(text_[at])) ++at;
    return at;
}

void Lexer::advance() {
    at_ = skip_space(at_);
    token_.begin = at_;
    token_.value.clear();
    if (at_ == text_.size()) {
        token_.kind = TokenKind::end;
    } else if (const char c = text_[at_]; starts_word(c)) {
        read_word();
    } else if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
        read_number();
    } else if (c == '"') {
        read_quoted_name();
    } else if (c == '\'') {
        read_text();
    } else {
        read_sign();
    }
    token_.end = at_;
    token_.source = text_.substr(token_.begin, token_.end - token_.begin);
}

void Lexer::read_word() {
    token_.kind = TokenKind::word;
    while (at_ < text_.size() && continues_word(text_[at_])) ++at_;
    token_.value = to_upper(text_.substr(token_.begin, at_ - token_.begin));
}

void Lexer::read_number() {
    token_.kind = TokenKind::number;
    const auto digits = [&] {
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    };
    digits();
    if (at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
        ++at_;
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        const std::size_t before = at_;
        digits();
        if (at_ == before) fail("a number's exponent has no digits");
    }
    if (at_ < text_.size() && continues_word(text_[at_])) fail("not a number");
}

void Lexer::read_quoted_name() {
    token_.kind = TokenKind::quoted_name;
    for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"') {
            ++at_;
            if (at_ == text_.size() || text_[at_] != '"') return; // "" is a quote in the name
        }
        token_.value += text_[at_];
    }
    fail("the name's quote is not closed");
}

// Quotes are doubled, or have a backslash before them (annex A, escapeQuote). So that every text can be written, a run
// of backslashes right before a quote counts in pairs, as in C: 'a\\' is a and one backslash. Anywhere else a backslash
// is itself.
void Lexer::read_text() {
    token_.kind = TokenKind::text;
    for (++at_; at_ < text_.size();) {
        if (text_[at_] == '\\') {
            const std::size_t run = std::min(text_.find_first_not_of('\\', at_), text_.size()) - at_;
            const bool before_quote = at_ + run < text_.size() && text_[at_ + run] == '\'';
            token_.value.append(before_quote ? run / 2 : run, '\\');
            at_ += run;
            if (before_quote && run % 2 == 1) {
                token_.value += '\'';
                ++at_;
            }
            continue;
        }
        if (text_[at_] == '\'') {
            ++at_;
            if (at_ == text_.size() || text_[at_] != '\'') return;
        }
        token_.value += text_[at_++];
    }
    fail("the text's quote is not closed");
}

void Lexer::read_sign() {
    token_.kind = TokenKind::sign;
    static constexpr std::array<std::string_view, 3> kLong{"<>", "<=", ">="};
    for (const auto sign : kLong) {
        if (text_.substr(at_, 2) != sign) continue;
        at_ += 2;
        return;
    }
    if (std::string_view{"()<>=+-*/%^,"}.find(text_[at_]) == std::string_view::npos) fail("unexpected character");
    ++at_;
}

bool Lexer::opens_next() const {
    const std::size_t next = skip_space(at_);
    return next < text_.size() && text_[next] == '(';
}

bool Lexer::word_follows(std::string_view upper) const {
    const std::size_t begin = skip_space(at_);
    std::size_t end = begin;
    while (end < text_.size() && end - begin <= upper.size() && continues_word(text_[end])) ++end;
    return end > begin && to_upper(text_.substr(begin, end - begin)) == upper;
}

std::string_view Lexer::take_bracketed() {
    const std::size_t begin = token_.begin;
    std::size_t open = 0;
    for (std::size_t at = at_; at < text_.size(); ++at) {
        if (text_[at] == '(') ++open;
        if (text_[at] == ')' && (open == 0 || --open == 0)) {
            at_ = at + 1;
            advance();
            return text_.substr(begin, at + 1 - begin);
        }
    }
    fail("the bracket is not closed");
}

} // namespace layers::query
