// Comparing and calculating with typed values. Null and values of different kinds compare as `none`, calculate to null.
#pragma once

#include "layers/query/expression.hpp"

namespace layers::query {

enum class Order { less, equal, greater, none };

// Integers and decimals compare exactly, not through a rounded double; texts by code point.
Order order(const geo::Value& a, const geo::Value& b);

Truth compare(Op comparison, Order order); // none: unknown
inline Truth truth(bool value) {
    return value ? Truth::yes : Truth::no;
}

// + - * stay whole as long as they fit in 64 bits, / and ^ are decimal, DIV and % cut towards zero as SQL does.
// Null for what has no finite value: x / 0, x % 0, an overflow, the root of a negative number.
geo::Value calculate(Op arithmetic, const geo::Value& a, const geo::Value& b);

} // namespace layers::query
