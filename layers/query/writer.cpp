// The tree as CQL2 text: brackets only where the grammar of parser_text.cpp needs them, so that a text never opens
// more of them than the tree has levels.
#include "geo/error.hpp"
#include "layers/query/lexer.hpp"
#include "layers/query/names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace layers::query {

namespace {

// How tightly an expression holds together; an operand looser than its place is put in brackets.
enum class Level { disjunction, conjunction, negation, predicate, sum, product, power, primary };

Level level_of(Op op) {
    switch (op) {
    case Op::op_or:
        return Level::disjunction;
    case Op::op_and:
        return Level::conjunction;
    case Op::op_not:
        return Level::negation;
    case Op::is_null:
    case Op::like:
    case Op::between:
    case Op::in:
        return Level::predicate;
    case Op::add:
    case Op::sub:
        return Level::sum;
    case Op::mul:
    case Op::div:
    case Op::mod:
    case Op::int_div:
        return Level::product;
    case Op::pow:
        return Level::power;
    default:
        return is_comparison(op) ? Level::predicate : Level::primary;
    }
}

class Writer {
public:
    void write(const Expression& e, Level place) {
        const bool brackets = level_of(e.op) < place;
        if (brackets) out += '(';
        bare(e);
        if (brackets) out += ')';
    }

    std::string out;

private:
    [[noreturn]] static void fail() {
        throw geo::Error{geo::ErrorCode::invalid_input, "CQL2 has no way to write this value"};
    }

    void bare(const Expression& e) {
        const auto& children = e.children;
        switch (e.op) {
        case Op::literal:
            return value(e.value);
        case Op::property:
            return property(std::get<std::string>(e.value));
        case Op::geometry_property:
            return property("geom");
        case Op::geometry_literal:
            return geometry(e.geometry);
        case Op::date:
            return moment("DATE", e);
        case Op::timestamp:
            return moment("TIMESTAMP", e);
        case Op::interval:
            return interval(e);
        case Op::array_literal:
            return list(children, 0);
        case Op::call:
            out += std::get<std::string>(e.value);
            return list(children, 0);
        case Op::op_or:
            return chain(e, Level::conjunction);
        case Op::op_and:
            return chain(e, Level::negation);
        case Op::op_not:
            out += "NOT ";
            return write(*children[0], Level::negation);
        case Op::is_null:
            write(*children[0], Level::sum);
            out += " IS NULL";
            return;
        case Op::between:
            write(*children[0], Level::sum);
            out += " BETWEEN ";
            write(*children[1], Level::sum);
            out += " AND ";
            return write(*children[2], Level::sum);
        case Op::in:
            write(*children[0], Level::sum);
            out += " IN ";
            return list(children, 1);
        case Op::like:
            return infix(e, Level::sum, Level::primary);
        case Op::add:
        case Op::sub:
            return infix(e, Level::sum, Level::product);
        case Op::mul:
        case Op::div:
        case Op::mod:
        case Op::int_div:
            return infix(e, Level::product, Level::power);
        case Op::pow:
            return infix(e, Level::primary, Level::power);
        default:
            break;
        }
        if (is_comparison(e.op)) return infix(e, Level::sum, Level::sum);
        out += find_operator(e.op)->text;
        list(children, 0);
    }

    void infix(const Expression& e, Level left, Level right) {
        write(*e.children[0], left);
        out += ' ';
        out += find_operator(e.op)->text;
        out += ' ';
        write(*e.children[1], right);
    }

    void chain(const Expression& e, Level part) {
        for (std::size_t i = 0; i < e.children.size(); ++i) {
            if (i != 0) out += e.op == Op::op_or ? " OR " : " AND ";
            write(*e.children[i], part);
        }
    }

    void list(const std::vector<ExpressionPtr>& elements, std::size_t from) {
        out += '(';
        for (std::size_t i = from; i < elements.size(); ++i) {
            if (i != from) out += ", ";
            write(*elements[i], Level::disjunction);
        }
        out += ')';
    }

    void value(const geo::Value& v) {
        if (const auto* truth = std::get_if<bool>(&v)) {
            out += *truth ? "TRUE" : "FALSE";
        } else if (const auto* integer = std::get_if<std::int64_t>(&v)) {
            out += std::to_string(*integer);
        } else if (const auto* decimal = std::get_if<double>(&v)) {
            number(*decimal);
        } else if (const auto* text = std::get_if<std::string>(&v)) {
            quoted(*text);
        } else {
            fail();
        }
    }

    // The shortest text that reads back as the same number, always with a sign that it is a decimal.
    void number(double v) {
        if (!std::isfinite(v)) fail();
        std::array<char, 32> buffer{};
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr;
        const std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
        out += text;
        if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
    }

    // See Lexer::read_text: backslashes right before a quote are doubled.
    void quoted(std::string_view text) {
        out += '\'';
        std::size_t backslashes = 0;
        for (const char c : text) {
            if (c == '\'') {
                out.append(backslashes, '\\');
                out += '\'';
            }
            backslashes = c == '\\' ? backslashes + 1 : 0;
            out += c;
        }
        out.append(backslashes, '\\');
        out += '\'';
    }

    void property(std::string_view name) {
        const bool plain = starts_word(name.front()) && std::ranges::all_of(name, continues_word) &&
                           std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) &&
                           !is_reserved(to_upper(name));
        if (plain) {
            out += name;
            return;
        }
        out += '"';
        for (const char c : name) {
            if (c == '"') out += c;
            out += c;
        }
        out += '"';
    }

    static std::string moment_text(const Expression& e) {
        const std::string text = geo::to_rfc3339(std::get<geo::Instant>(e.value));
        return e.op == Op::date ? text.substr(0, text.find('T')) : text;
    }

    void moment(const char* word, const Expression& e) {
        out += word;
        out += "('" + moment_text(e) + "')";
    }

    void interval(const Expression& e) {
        out += "INTERVAL(";
        for (std::size_t i = 0; i < e.children.size(); ++i) {
            const Expression& end = *e.children[i];
            if (i != 0) out += ", ";
            if (end.op == Op::date || end.op == Op::timestamp) {
                out += '\'' + moment_text(end) + '\'';
            } else {
                write(end, Level::primary);
            }
        }
        out += ')';
    }

    // Well-known text with the shortest exact numbers; geo::to_wkt rounds.
    void geometry(const geo::Geometry& g) {
        out += keyword(g.type);
        if (g.empty()) {
            out += " EMPTY";
            return;
        }
        switch (g.type) {
        case geo::GeometryType::collection:
            return sequence(0, g.members.size(), [&](std::size_t i) { geometry(g.members[i]); });
        case geo::GeometryType::multi_polygon:
            return sequence(0, g.polygon_ends.size(),
                            [&](std::size_t i) { rings(g, i == 0 ? 0 : g.polygon_ends[i - 1], g.polygon_ends[i]); });
        case geo::GeometryType::polygon:
        case geo::GeometryType::multi_line_string:
            return rings(g, 0, g.part_ends.size());
        case geo::GeometryType::multi_point:
            return sequence(0, g.points.size(), [&](std::size_t i) { points(g, i, i + 1); });
        default:
            return points(g, 0, g.points.size());
        }
    }

    static const char* keyword(geo::GeometryType type) {
        static constexpr std::array kWords{"",           "POINT",           "LINESTRING",   "POLYGON",
                                           "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"};
        return kWords[static_cast<std::size_t>(type)];
    }

    template <typename Each>
    void sequence(std::size_t begin, std::size_t end, Each each) {
        out += '(';
        for (std::size_t i = begin; i < end; ++i) {
            if (i != begin) out += ", ";
            each(i);
        }
        out += ')';
    }

    void rings(const geo::Geometry& g, std::size_t begin, std::size_t end) {
        sequence(begin, end,
                 [&](std::size_t part) { points(g, part == 0 ? 0 : g.part_ends[part - 1], g.part_ends[part]); });
    }

    void points(const geo::Geometry& g, std::size_t begin, std::size_t end) {
        sequence(begin, end, [&](std::size_t i) {
            number(g.points[i].x);
            out += ' ';
            number(g.points[i].y);
        });
    }
};

} // namespace

std::string to_cql2_text(const Expression& e) {
    Writer writer;
    writer.write(e, Level::disjunction);
    return std::move(writer.out);
}

} // namespace layers::query
