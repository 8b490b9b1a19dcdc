// Makes the nodes of a tree for both parsers: keeps the limits and says what may stand where, so that a filter is
// accepted in text exactly when it is in JSON. Knows neither syntax.
#pragma once

#include "layers/query/expression.hpp"

#include <functional>
#include <string>
#include <vector>

namespace layers::query {

inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxNodes = 10'000;
inline constexpr std::size_t kMaxOrs = 256;
inline constexpr std::size_t kMaxList = 1'000;
inline constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

struct Node {
    ExpressionPtr expression;
    std::size_t depth = 1;
};
using Nodes = std::vector<Node>;

class Builder {
public:
    // `fail` throws with the place where the parser is; it must not return.
    explicit Builder(std::function<void(const std::string&)> fail) : fail_{std::move(fail)} {}

    Node literal(geo::Value value);
    Node property(std::string name);
    Node date(std::string_view text);         // "2026-03-01"
    Node timestamp(std::string_view text);    // "2026-03-01T12:00:00Z"
    Node interval_end(std::string_view text); // a date, a timestamp or ".."
    Node interval(Nodes ends);
    Node geometry(geo::Geometry geometry);
    Node bbox(const std::vector<double>& numbers); // 4 or 6
    Node call(std::string name, Nodes arguments);
    Node array(Nodes elements);
    Node operation(Op op, Nodes operands);
    void require_filter(const Node& root); // what stands at the top must be true or false

private:
    Node make(Expression e, Nodes children);
    void check(Op op, const Nodes& operands);

    std::function<void(const std::string&)> fail_;
    std::size_t nodes_ = 0;
};

} // namespace layers::query
