#include "layers/query/expression.hpp"

#include <algorithm>
#include <utility>

namespace layers::query {

namespace {

ExpressionPtr share(Expression e) {
    return std::make_shared<const Expression>(std::move(e));
}

bool is_literal(const Expression& e, bool wanted) {
    const bool* value = e.op == Op::literal ? std::get_if<bool>(&e.value) : nullptr;
    return value && *value == wanted;
}

// `neutral` parts vanish, one `deciding` part is the answer.
ExpressionPtr join(Op op, std::vector<ExpressionPtr> parts, bool neutral) {
    std::erase_if(parts, [&](const ExpressionPtr& part) { return is_literal(*part, neutral); });
    const auto deciding = std::ranges::find_if(parts, [&](const auto& part) { return is_literal(*part, !neutral); });
    if (deciding != parts.end()) return *deciding;
    if (parts.empty()) return literal(neutral);
    if (parts.size() == 1) return parts.front();
    Expression e;
    e.op = op;
    e.children = std::move(parts);
    return share(std::move(e));
}

} // namespace

bool operator==(const Expression& a, const Expression& b) {
    if (&a == &b) return true;
    return a.op == b.op && a.value == b.value && a.ordinal == b.ordinal && a.geometry == b.geometry &&
           std::ranges::equal(a.children, b.children, [](const auto& x, const auto& y) { return *x == *y; });
}

ExpressionPtr literal(geo::Value value) {
    Expression e;
    if (auto* list = std::get_if<geo::TextList>(&value)) {
        e.op = Op::array_literal;
        for (std::string& element : *list) e.children.push_back(literal(std::move(element)));
        return share(std::move(e));
    }
    if (std::holds_alternative<geo::Instant>(value)) e.op = Op::timestamp;
    e.value = std::move(value);
    return share(std::move(e));
}

ExpressionPtr always() {
    static const ExpressionPtr expression = literal(true);
    return expression;
}

ExpressionPtr never() {
    static const ExpressionPtr expression = literal(false);
    return expression;
}

ExpressionPtr all_of(std::vector<ExpressionPtr> parts) {
    return join(Op::op_and, std::move(parts), true);
}

ExpressionPtr any_of(std::vector<ExpressionPtr> parts) {
    return join(Op::op_or, std::move(parts), false);
}

bool is_always(const ExpressionPtr& e) {
    return is_literal(*e, true);
}

} // namespace layers::query
