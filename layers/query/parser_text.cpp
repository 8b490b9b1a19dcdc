// CQL2 text (OGC 21-065r2, annex A) by recursive descent; each rule's comment is its grammar.
// One look ahead, no going back: linear in the input.
#include "geo/error.hpp"
#include "geo/wkb.hpp"
#include "layers/query/builder.hpp"
#include "layers/query/lexer.hpp"
#include "layers/query/names.hpp"

#include <charconv>

namespace layers::query {

namespace {

// A level of the tree opens at most two brackets (an IN list inside brackets), so this never refuses what kMaxDepth
// allows; it stops the recursion on a filter that is nothing but brackets.
constexpr std::size_t kMaxBrackets = 2 * kMaxDepth + 8;

class TextParser {
public:
    explicit TextParser(std::string_view text)
        : lexer_{text}, build_{[this](const std::string& what) { lexer_.fail(what); }} {}

    ExpressionPtr whole() {
        const Node root = disjunction();
        if (lexer_.current().kind != TokenKind::end) unexpected();
        build_.require_filter(root);
        return root.expression;
    }

private:
    // RAII, since rules are left by exceptions too.
    class Bracket {
    public:
        explicit Bracket(TextParser& parser) : parser_{parser} {
            if (++parser_.brackets_ > kMaxBrackets) parser_.lexer_.fail("nested too deep");
            parser_.expect("(");
        }
        Bracket(const Bracket&) = delete;
        Bracket& operator=(const Bracket&) = delete;
        ~Bracket() { --parser_.brackets_; }
        void close() { parser_.expect(")"); }

    private:
        TextParser& parser_;
    };

    [[noreturn]] void unexpected() const {
        if (lexer_.current().kind == TokenKind::end) lexer_.fail("the filter ends too early");
        lexer_.fail("unexpected '" + std::string{lexer_.current().source.substr(0, 40)} + "'");
    }

    bool take(std::string_view sign) {
        if (!lexer_.is_sign(sign)) return false;
        lexer_.advance();
        return true;
    }

    void expect(std::string_view sign) {
        if (!take(sign)) lexer_.fail("expected '" + std::string{sign} + "'");
    }

    bool take_word(std::string_view upper) {
        if (!lexer_.is_word(upper)) return false;
        lexer_.advance();
        return true;
    }

    // conjunction { OR conjunction }
    Node disjunction() { return chain("OR", Op::op_or, &TextParser::conjunction); }
    // negation { AND negation }
    Node conjunction() { return chain("AND", Op::op_and, &TextParser::negation); }

    Node chain(std::string_view word, Op op, Node (TextParser::*part)()) {
        Node first = (this->*part)();
        if (!lexer_.is_word(word)) return first;
        Nodes parts;
        parts.push_back(std::move(first));
        while (take_word(word)) parts.push_back((this->*part)()); // the builder counts: a million ORs end early
        return build_.operation(op, std::move(parts));
    }

    // { NOT } predicate
    Node negation() {
        std::size_t count = 0;
        while (take_word("NOT")) ++count;
        Node node = predicate();
        for (; count > 0; --count) node = build_.operation(Op::op_not, nodes(std::move(node)));
        return node;
    }

    // sum [ comparison sum | [NOT] LIKE .. | [NOT] BETWEEN .. | [NOT] IN .. | IS [NOT] NULL ]
    Node predicate() {
        Node left = sum();
        if (const Op* op = comparison()) {
            lexer_.advance();
            Node right = sum();
            return build_.operation(*op, nodes(std::move(left), std::move(right)));
        }
        if (take_word("IS")) {
            const bool negated = take_word("NOT");
            if (!take_word("NULL")) lexer_.fail("expected NULL");
            return negate(negated, build_.operation(Op::is_null, nodes(std::move(left))));
        }
        const bool negated = take_word("NOT");
        if (take_word("LIKE")) {
            Node pattern = primary();
            return negate(negated, build_.operation(Op::like, nodes(std::move(left), std::move(pattern))));
        }
        if (take_word("BETWEEN")) {
            Node low = sum();
            if (!take_word("AND")) lexer_.fail("expected AND");
            Node high = sum();
            return negate(negated,
                          build_.operation(Op::between, nodes(std::move(left), std::move(low), std::move(high))));
        }
        if (take_word("IN")) {
            Nodes operands = list();
            if (operands.empty()) lexer_.fail("an IN list is empty");
            operands.insert(operands.begin(), std::move(left));
            return negate(negated, build_.operation(Op::in, std::move(operands)));
        }
        if (negated) lexer_.fail("expected LIKE, BETWEEN or IN");
        return left;
    }

    const Op* comparison() const {
        if (lexer_.current().kind != TokenKind::sign) return nullptr;
        for (const Operator& known : operators())
            if (known.form == Form::comparison && lexer_.current().source == known.text) return &known.op;
        return nullptr;
    }

    Node negate(bool negated, Node node) {
        return negated ? build_.operation(Op::op_not, nodes(std::move(node))) : node;
    }

    // product { (+ | -) product }
    Node sum() {
        Node left = product();
        for (;;) {
            const Op op = lexer_.is_sign("+") ? Op::add : Op::sub;
            if (!take("+") && !take("-")) return left;
            Node right = product();
            left = build_.operation(op, nodes(std::move(left), std::move(right)));
        }
    }

    // factor { (* | / | % | DIV) factor }
    Node product() {
        Node left = factor();
        for (;;) {
            const Op op = lexer_.is_sign("*")   ? Op::mul
                          : lexer_.is_sign("/") ? Op::div
                          : lexer_.is_sign("%") ? Op::mod
                                                : Op::int_div;
            if (!take("*") && !take("/") && !take("%") && !take_word("DIV")) return left;
            Node right = factor();
            left = build_.operation(op, nodes(std::move(left), std::move(right)));
        }
    }

    // { + | - } primary [ ^ factor ]; a minus before a number belongs to it, before anything else it multiplies by -1.
    Node factor() {
        std::size_t signs = 0;
        for (;;) {
            if (take("-")) {
                ++signs;
            } else if (!take("+")) {
                break;
            }
        }
        const bool negative_number = signs > 0 && lexer_.current().kind == TokenKind::number;
        Node base = negative_number ? number(true) : primary();
        if (negative_number) --signs;
        if (lexer_.is_sign("^")) {
            if (++brackets_ > kMaxBrackets) lexer_.fail("nested too deep");
            lexer_.advance();
            Node exponent = factor();
            base = build_.operation(Op::pow, nodes(std::move(base), std::move(exponent)));
            --brackets_;
        }
        for (; signs > 0; --signs) {
            Node minus_one = build_.literal(std::int64_t{-1});
            base = build_.operation(Op::mul, nodes(std::move(minus_one), std::move(base)));
        }
        return base;
    }

    // number | text | ( disjunction ) | property | TRUE | FALSE | function( .. ) | well-known text
    Node primary() {
        switch (lexer_.current().kind) {
        case TokenKind::number:
            return number(false);
        case TokenKind::text:
            return build_.literal(take_value());
        case TokenKind::quoted_name:
            return build_.property(take_value());
        case TokenKind::word:
            return word();
        case TokenKind::sign: {
            if (!lexer_.is_sign("(")) unexpected();
            Bracket bracket{*this};
            Node node = disjunction();
            bracket.close();
            return node;
        }
        case TokenKind::end:
            break;
        }
        unexpected();
    }

    Node word() {
        const std::string upper = lexer_.current().value;
        if (upper == "TRUE" || upper == "FALSE") {
            lexer_.advance();
            return build_.literal(upper == "TRUE");
        }
        if (is_reserved(upper)) unexpected();
        if (is_geometry(upper)) return geometry();
        if (lexer_.opens_next()) return function(upper);
        std::string name{lexer_.current().source};
        lexer_.advance();
        return build_.property(std::move(name));
    }

    Node function(const std::string& upper) {
        std::string name{lexer_.current().source};
        lexer_.advance();
        if (upper == "DATE") return instant(&Builder::date);
        if (upper == "TIMESTAMP") return instant(&Builder::timestamp);
        if (upper == "INTERVAL") return interval();
        if (upper == "BBOX") return bbox();
        const Operator* known = find_function(upper);
        if (known && is_array_predicate(known->op)) return build_.operation(known->op, array_operands());
        Nodes arguments = list();
        return known ? build_.operation(known->op, std::move(arguments))
                     : build_.call(std::move(name), std::move(arguments));
    }

    // ( [ disjunction { , disjunction } ] )
    Nodes list() {
        Bracket bracket{*this};
        Nodes elements;
        if (!lexer_.is_sign(")")) {
            do elements.push_back(disjunction());
            while (take(","));
        }
        bracket.close();
        return elements;
    }

    // ( array , array ): only here do brackets make an array.
    Nodes array_operands() {
        Bracket bracket{*this};
        Nodes operands;
        do operands.push_back(lexer_.is_sign("(") ? build_.array(list()) : primary());
        while (take(","));
        bracket.close();
        return operands;
    }

    Node instant(Node (Builder::*make)(std::string_view)) {
        Bracket bracket{*this};
        if (lexer_.current().kind != TokenKind::text) lexer_.fail("expected a text like '2026-03-01'");
        Node node = (build_.*make)(lexer_.current().value);
        lexer_.advance();
        bracket.close();
        return node;
    }

    Node interval() {
        Bracket bracket{*this};
        Nodes ends;
        ends.push_back(interval_end());
        expect(",");
        ends.push_back(interval_end());
        Node node = build_.interval(std::move(ends));
        bracket.close();
        return node;
    }

    Node interval_end() {
        if (lexer_.current().kind != TokenKind::text) return primary();
        Node node = build_.interval_end(lexer_.current().value);
        lexer_.advance();
        return node;
    }

    Node bbox() {
        Bracket bracket{*this};
        std::vector<double> numbers;
        do {
            if (numbers.size() == 6) lexer_.fail("a box has four or six numbers");
            const bool negative = take("-");
            if (lexer_.current().kind != TokenKind::number) lexer_.fail("expected a number");
            const double value = decimal(lexer_.current().source);
            numbers.push_back(negative ? -value : value);
            lexer_.advance();
        } while (take(","));
        Node node = build_.bbox(numbers);
        bracket.close();
        return node;
    }

    // POINT(, POINT Z(, POINTZ(, POINT EMPTY: else the word is a property's name.
    bool is_geometry(std::string_view upper) const {
        if (!is_geometry_word(upper)) return false;
        if (lexer_.opens_next()) return true;
        const auto follows = [this](const char* word) { return lexer_.word_follows(word); };
        return follows("Z") || follows("M") || follows("ZM") || follows("EMPTY");
    }

    Node geometry() {
        const std::size_t begin = lexer_.current().begin;
        try {
            return build_.geometry(geo::from_wkt(lexer_.take_bracketed()));
        } catch (const geo::Error& error) {
            if (error.code != geo::ErrorCode::invalid_geometry) throw;
            lexer_.fail_at(begin, error.what());
        }
    }

    Node number(bool negative) {
        const std::string_view source = lexer_.current().source;
        geo::Value value;
        if (source.find_first_of(".eE") == std::string_view::npos) value = integer(source, negative);
        if (geo::is_null(value)) value = negative ? -decimal(source) : decimal(source);
        lexer_.advance();
        return build_.literal(std::move(value));
    }

    // Null when it doesn't fit: then it is a decimal.
    static geo::Value integer(std::string_view source, bool negative) {
        const std::string text = (negative ? "-" : "") + std::string{source};
        std::int64_t value = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
        return code == std::errc{} ? geo::Value{value} : geo::Value{};
    }

    double decimal(std::string_view source) const {
        double value = 0;
        const auto [end, code] = std::from_chars(source.data(), source.data() + source.size(), value);
        if (code != std::errc{} || end != source.data() + source.size()) lexer_.fail("the number is out of range");
        return value;
    }

    std::string take_value() {
        std::string value = lexer_.current().value;
        lexer_.advance();
        return value;
    }

    template <typename... N>
    static Nodes nodes(N... node) {
        Nodes list;
        (list.push_back(std::move(node)), ...);
        return list;
    }

    Lexer lexer_;
    Builder build_;
    std::size_t brackets_ = 0;
};

} // namespace

ExpressionPtr parse_cql2_text(std::string_view text) {
    if (text.size() > kMaxBytes) throw geo::Error{geo::ErrorCode::invalid_input, "the filter is longer than 1 MiB"};
    return TextParser{text}.whole();
}

} // namespace layers::query
