// Cuts CQL2 text into words, numbers, texts and signs, one at a time: nothing is kept but the current token, so any
// length of input costs no memory. Knows no grammar.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace layers::query {

enum class TokenKind { end, word, quoted_name, text, number, sign };

struct Token {
    TokenKind kind = TokenKind::end;
    std::size_t begin = 0; // byte offsets into the input
    std::size_t end = 0;
    std::string_view source; // as written
    std::string value;       // word: in upper case; quoted_name, text: without quotes and escapes
};

class Lexer {
public:
    // Throws Error{invalid_input} when the text is not UTF-8.
    explicit Lexer(std::string_view text);

    const Token& current() const { return token_; }
    void advance();
    bool is_sign(std::string_view sign) const { return token_.kind == TokenKind::sign && token_.source == sign; }
    bool is_word(std::string_view upper) const { return token_.kind == TokenKind::word && token_.value == upper; }
    bool opens_next() const;                         // the character behind the current token is "("
    bool word_follows(std::string_view upper) const; // the word behind the current token

    // From the begin of the current token to the bracket that closes the first one in it, taken as it is written
    // (well-known text has a grammar of its own); advances behind it. Fails when no bracket closes.
    std::string_view take_bracketed();

    // Throws Error{invalid_input}: "column 12: what".
    [[noreturn]] void fail(const std::string& what) const { fail_at(token_.begin, what); }
    [[noreturn]] void fail_at(std::size_t offset, const std::string& what) const;

private:
    std::size_t skip_space(std::size_t at) const;
    void read_word();
    void read_number();
    void read_quoted_name();
    void read_text();
    void read_sign();

    std::string_view text_;
    std::size_t at_ = 0; // behind the current token
    Token token_;
};

// True for UTF-8 without surrogates and overlong forms (RFC 3629).
bool is_utf8(std::string_view bytes);

bool starts_word(char c); // letter, _ : or any byte of a character beyond ASCII
bool continues_word(char c);

} // namespace layers::query
