#include "layers/query/names.hpp"

#include <algorithm>
#include <array>

namespace layers::query {

namespace {

// A list may be as long as it likes here: limits are the builder's.
constexpr std::size_t kMany = static_cast<std::size_t>(-1);

// OGC 21-065r2, annex A (BNF) and annex B (JSON schema).
constexpr std::array kOperators{
    Operator{Op::op_and, "AND", "and", Form::logic, 2, kMany},
    Operator{Op::op_or, "OR", "or", Form::logic, 2, kMany},
    Operator{Op::op_not, "NOT", "not", Form::logic, 1, 1},
    Operator{Op::eq, "=", "=", Form::comparison, 2, 2},
    Operator{Op::ne, "<>", "<>", Form::comparison, 2, 2},
    Operator{Op::lt, "<", "<", Form::comparison, 2, 2},
    Operator{Op::le, "<=", "<=", Form::comparison, 2, 2},
    Operator{Op::gt, ">", ">", Form::comparison, 2, 2},
    Operator{Op::ge, ">=", ">=", Form::comparison, 2, 2},
    Operator{Op::is_null, "IS", "isNull", Form::predicate, 1, 1},
    Operator{Op::like, "LIKE", "like", Form::predicate, 2, 2},
    Operator{Op::between, "BETWEEN", "between", Form::predicate, 3, 3},
    Operator{Op::in, "IN", "in", Form::predicate, 2, kMany},
    Operator{Op::add, "+", "+", Form::arithmetic, 2, 2},
    Operator{Op::sub, "-", "-", Form::arithmetic, 2, 2},
    Operator{Op::mul, "*", "*", Form::arithmetic, 2, 2},
    Operator{Op::div, "/", "/", Form::arithmetic, 2, 2},
    Operator{Op::mod, "%", "%", Form::arithmetic, 2, 2},
    Operator{Op::int_div, "DIV", "div", Form::arithmetic, 2, 2},
    Operator{Op::pow, "^", "^", Form::arithmetic, 2, 2},
    Operator{Op::casei, "CASEI", "casei", Form::function, 1, 1},
    Operator{Op::accenti, "ACCENTI", "accenti", Form::function, 1, 1},
    Operator{Op::s_intersects, "S_INTERSECTS", "s_intersects", Form::function, 2, 2},
    Operator{Op::s_equals, "S_EQUALS", "s_equals", Form::function, 2, 2},
    Operator{Op::s_disjoint, "S_DISJOINT", "s_disjoint", Form::function, 2, 2},
    Operator{Op::s_touches, "S_TOUCHES", "s_touches", Form::function, 2, 2},
    Operator{Op::s_within, "S_WITHIN", "s_within", Form::function, 2, 2},
    Operator{Op::s_overlaps, "S_OVERLAPS", "s_overlaps", Form::function, 2, 2},
    Operator{Op::s_crosses, "S_CROSSES", "s_crosses", Form::function, 2, 2},
    Operator{Op::s_contains, "S_CONTAINS", "s_contains", Form::function, 2, 2},
    Operator{Op::t_after, "T_AFTER", "t_after", Form::function, 2, 2},
    Operator{Op::t_before, "T_BEFORE", "t_before", Form::function, 2, 2},
    Operator{Op::t_contains, "T_CONTAINS", "t_contains", Form::function, 2, 2},
    Operator{Op::t_disjoint, "T_DISJOINT", "t_disjoint", Form::function, 2, 2},
    Operator{Op::t_during, "T_DURING", "t_during", Form::function, 2, 2},
    Operator{Op::t_equals, "T_EQUALS", "t_equals", Form::function, 2, 2},
    Operator{Op::t_finished_by, "T_FINISHEDBY", "t_finishedBy", Form::function, 2, 2},
    Operator{Op::t_finishes, "T_FINISHES", "t_finishes", Form::function, 2, 2},
    Operator{Op::t_intersects, "T_INTERSECTS", "t_intersects", Form::function, 2, 2},
    Operator{Op::t_meets, "T_MEETS", "t_meets", Form::function, 2, 2},
    Operator{Op::t_met_by, "T_METBY", "t_metBy", Form::function, 2, 2},
    Operator{Op::t_overlapped_by, "T_OVERLAPPEDBY", "t_overlappedBy", Form::function, 2, 2},
    Operator{Op::t_overlaps, "T_OVERLAPS", "t_overlaps", Form::function, 2, 2},
    Operator{Op::t_started_by, "T_STARTEDBY", "t_startedBy", Form::function, 2, 2},
    Operator{Op::t_starts, "T_STARTS", "t_starts", Form::function, 2, 2},
    Operator{Op::a_equals, "A_EQUALS", "a_equals", Form::function, 2, 2},
    Operator{Op::a_contains, "A_CONTAINS", "a_contains", Form::function, 2, 2},
    Operator{Op::a_contained_by, "A_CONTAINEDBY", "a_containedBy", Form::function, 2, 2},
    Operator{Op::a_overlaps, "A_OVERLAPS", "a_overlaps", Form::function, 2, 2},
};

constexpr std::array<std::string_view, 11> kReserved{"AND", "OR",   "NOT",  "LIKE",  "BETWEEN", "IN",
                                                     "IS",  "NULL", "TRUE", "FALSE", "DIV"};

char upper_letter(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return upper_letter(x) == upper_letter(y); });
}

Kind kind_of_value(const geo::Value& value) {
    if (std::holds_alternative<bool>(value)) return Kind::boolean;
    if (std::holds_alternative<std::string>(value)) return Kind::text;
    if (std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value)) return Kind::number;
    if (std::holds_alternative<geo::Instant>(value)) return Kind::instant;
    if (std::holds_alternative<geo::TextList>(value)) return Kind::array;
    return Kind::any;
}

} // namespace

std::span<const Operator> operators() {
    return kOperators;
}

const Operator* find_operator(Op op) {
    const auto it = std::ranges::find(kOperators, op, &Operator::op);
    return it == kOperators.end() ? nullptr : &*it;
}

const Operator* find_function(std::string_view upper) {
    const auto it = std::ranges::find_if(
        kOperators, [&](const Operator& known) { return known.form == Form::function && upper == known.text; });
    return it == kOperators.end() ? nullptr : &*it;
}

const Operator* find_json_operator(std::string_view name) {
    const auto it =
        std::ranges::find_if(kOperators, [&](const Operator& known) { return same_word(name, known.json); });
    return it == kOperators.end() ? nullptr : &*it;
}

bool is_comparison(Op op) {
    return op >= Op::eq && op <= Op::ge;
}

bool is_arithmetic(Op op) {
    return op >= Op::add && op <= Op::pow;
}

bool is_spatial(Op op) {
    return op >= Op::s_intersects && op <= Op::s_contains;
}

bool is_temporal(Op op) {
    return op >= Op::t_after && op <= Op::t_starts;
}

bool is_array_predicate(Op op) {
    return op >= Op::a_equals && op <= Op::a_overlaps;
}

Kind kind_of(const Expression& e) {
    switch (e.op) {
    case Op::literal:
        return kind_of_value(e.value);
    case Op::property:
    case Op::call:
        return Kind::any;
    case Op::geometry_literal:
    case Op::geometry_property:
        return Kind::geometry;
    case Op::interval:
        return Kind::interval;
    case Op::casei:
    case Op::accenti:
        return Kind::text;
    case Op::date:
    case Op::timestamp:
        return Kind::instant;
    case Op::array_literal:
        return Kind::array;
    default:
        return is_arithmetic(e.op) ? Kind::number : Kind::boolean;
    }
}

const char* name(Kind kind) {
    switch (kind) {
    case Kind::any:
        return "a document";
    case Kind::boolean:
        return "a boolean";
    case Kind::number:
        return "a number";
    case Kind::text:
        return "a text";
    case Kind::instant:
        return "a time";
    case Kind::interval:
        return "an interval";
    case Kind::geometry:
        return "a geometry";
    case Kind::array:
        return "an array";
    }
    return "";
}

bool is_reserved(std::string_view upper) {
    return std::ranges::find(kReserved, upper) != kReserved.end();
}

bool is_geometry_word(std::string_view upper) {
    static constexpr std::array<std::string_view, 7> kTypes{
        "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"};
    static constexpr std::array<std::string_view, 4> kDimensions{"", "Z", "M", "ZM"};
    return std::ranges::any_of(kTypes, [&](std::string_view type) {
        return upper.starts_with(type) &&
               std::ranges::find(kDimensions, upper.substr(type.size())) != kDimensions.end();
    });
}

std::string to_upper(std::string_view ascii) {
    std::string word{ascii};
    std::ranges::transform(word, word.begin(), upper_letter);
    return word;
}

} // namespace layers::query
