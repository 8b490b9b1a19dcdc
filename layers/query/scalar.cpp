#include "layers/query/scalar.hpp"

#include <cmath>
#include <limits>

namespace layers::query {

namespace {

using geo::Value;

constexpr double kTwoTo63 = 9223372036854775808.0;

template <typename T>
Order order_of(const T& a, const T& b) {
    return a < b ? Order::less : b < a ? Order::greater : a == b ? Order::equal : Order::none;
}

Order flip(Order order) {
    return order == Order::less ? Order::greater : order == Order::greater ? Order::less : order;
}

Order order_mixed(std::int64_t whole, double decimal) {
    if (std::isnan(decimal)) return Order::none;
    if (decimal >= kTwoTo63) return Order::less;
    if (decimal < -kTwoTo63) return Order::greater;
    const auto cut = static_cast<std::int64_t>(decimal);
    if (whole != cut) return order_of(whole, cut);
    return order_of(0.0, decimal - static_cast<double>(cut));
}

std::optional<double> decimal(const Value& v) {
    if (const auto* whole = std::get_if<std::int64_t>(&v)) return static_cast<double>(*whole);
    if (const auto* number = std::get_if<double>(&v)) return *number;
    return {};
}

Value finite(double v) {
    return std::isfinite(v) ? Value{v} : Value{};
}

// Nothing when it doesn't fit in 64 bits.
std::optional<std::int64_t> calculate_whole(Op op, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    switch (op) {
    case Op::add:
        return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional{result};
    case Op::sub:
        return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional{result};
    case Op::mul:
        return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional{result};
    case Op::mod:
        // INT64_MIN % -1 traps although the answer is 0.
        return b == 0 ? std::nullopt : std::optional{b == -1 ? 0 : a % b};
    case Op::int_div:
        if (b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min())) return {};
        return a / b;
    default:
        return {};
    }
}

Value calculate_decimal(Op op, double a, double b) {
    switch (op) {
    case Op::add:
        return finite(a + b);
    case Op::sub:
        return finite(a - b);
    case Op::mul:
        return finite(a * b);
    case Op::div:
        return finite(a / b);
    case Op::mod:
        return finite(std::fmod(a, b));
    case Op::int_div:
        return finite(std::trunc(a / b));
    case Op::pow:
        return finite(std::pow(a, b));
    default:
        return {};
    }
}

} // namespace

Order order(const Value& a, const Value& b) {
    if (a.index() == b.index()) {
        if (const auto* text = std::get_if<std::string>(&a)) {
            const int sign = text->compare(std::get<std::string>(b));
            return sign < 0 ? Order::less : sign > 0 ? Order::greater : Order::equal;
        }
        if (const auto* whole = std::get_if<std::int64_t>(&a)) return order_of(*whole, std::get<std::int64_t>(b));
        if (const auto* number = std::get_if<double>(&a)) return order_of(*number, std::get<double>(b));
        if (const auto* instant = std::get_if<geo::Instant>(&a)) return order_of(*instant, std::get<geo::Instant>(b));
        if (const auto* boolean = std::get_if<bool>(&a)) return order_of(*boolean, std::get<bool>(b));
        return Order::none;
    }
    const auto* whole = std::get_if<std::int64_t>(&a);
    const auto* number = std::get_if<double>(&b);
    if (whole && number) return order_mixed(*whole, *number);
    whole = std::get_if<std::int64_t>(&b);
    number = std::get_if<double>(&a);
    if (whole && number) return flip(order_mixed(*whole, *number));
    return Order::none;
}

Truth compare(Op comparison, Order order) {
    if (order == Order::none) return Truth::unknown;
    switch (comparison) {
    case Op::eq:
        return truth(order == Order::equal);
    case Op::ne:
        return truth(order != Order::equal);
    case Op::lt:
        return truth(order == Order::less);
    case Op::le:
        return truth(order != Order::greater);
    case Op::gt:
        return truth(order == Order::greater);
    case Op::ge:
        return truth(order != Order::less);
    default:
        return Truth::unknown;
    }
}

Value calculate(Op arithmetic, const Value& a, const Value& b) {
    const auto* whole_a = std::get_if<std::int64_t>(&a);
    const auto* whole_b = std::get_if<std::int64_t>(&b);
    if (whole_a && whole_b) {
        if (const auto whole = calculate_whole(arithmetic, *whole_a, *whole_b)) return *whole;
    }
    const auto decimal_a = decimal(a);
    const auto decimal_b = decimal(b);
    return decimal_a && decimal_b ? calculate_decimal(arithmetic, *decimal_a, *decimal_b) : Value{};
}

} // namespace layers::query
