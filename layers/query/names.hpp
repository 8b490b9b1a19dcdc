// The vocabulary of CQL2: one table from operators to what they are called in text and in JSON, and what they take.
// Knows the syntax tree only.
#pragma once

#include "layers/query/expression.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace layers::query {

// What an expression is, as far as that shows without knowing the layer. `any`: a property or a function.
enum class Kind { any, boolean, number, text, instant, interval, geometry, array };

// How an operator is written in text.
enum class Form { logic, comparison, arithmetic, function, predicate /* LIKE, BETWEEN, IN, IS NULL */ };

struct Operator {
    Op op;
    const char* text; // upper case where it is a word
    const char* json;
    Form form;
    std::size_t min_operands;
    std::size_t max_operands;
};

std::span<const Operator> operators();
const Operator* find_operator(Op op);                      // null: not an operator with operands
const Operator* find_function(std::string_view upper);     // by its text name, functions only; null: unknown
const Operator* find_json_operator(std::string_view name); // any case; null: unknown

bool is_comparison(Op op); // = <> < <= > >=
bool is_arithmetic(Op op);
bool is_spatial(Op op);
bool is_temporal(Op op);
bool is_array_predicate(Op op);

Kind kind_of(const Expression& e);
const char* name(Kind kind); // for messages: "a number"

bool is_reserved(std::string_view upper);      // words that a property's name must be quoted for
bool is_geometry_word(std::string_view upper); // POINT, POINTZ, MULTIPOLYGONZM …
std::string to_upper(std::string_view ascii);

} // namespace layers::query
