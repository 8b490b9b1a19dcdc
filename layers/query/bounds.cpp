// A box around everything that a filter can select: what the index looks up before it asks `evaluate`.
#include "layers/query/names.hpp"

#include <algorithm>

namespace layers::query {

namespace {

using Bound = std::optional<geo::Box>; // nothing: anywhere

geo::Box common(const geo::Box& a, const geo::Box& b) {
    return {std::max(a.min_x, b.min_x), std::max(a.min_y, b.min_y), std::min(a.max_x, b.max_x),
            std::min(a.max_y, b.max_y)};
}

// Where e is true or, `negated`, where it is false. `unknown` rows are in neither, so NOT moves inwards.
Bound bound(const Expression& e, bool negated);

Bound bound_all(const Expression& e, bool negated) {
    Bound all;
    for (const auto& child : e.children) {
        const Bound one = bound(*child, negated);
        if (one) all = all ? common(*all, *one) : *one;
    }
    return all;
}

Bound bound_any(const Expression& e, bool negated) {
    geo::Box any;
    for (const auto& child : e.children) {
        const Bound one = bound(*child, negated);
        if (!one) return {};
        any.add(*one);
    }
    return any;
}

// Every relation but "disjoint" needs the row's shape to meet the literal's.
Bound bound_spatial(const Expression& e, bool negated) {
    if ((e.op == Op::s_disjoint) != negated) return {};
    const auto& a = *e.children[0];
    const auto& b = *e.children[1];
    if (a.op == Op::geometry_property && b.op == Op::geometry_literal) return b.geometry.box();
    if (b.op == Op::geometry_property && a.op == Op::geometry_literal) return a.geometry.box();
    return {};
}

Bound bound(const Expression& e, bool negated) {
    switch (e.op) {
    case Op::literal: {
        const bool* value = std::get_if<bool>(&e.value);
        return value && *value == negated ? Bound{geo::Box{}} : Bound{};
    }
    case Op::op_not:
        return bound(*e.children[0], !negated);
    case Op::op_and:
        return negated ? bound_any(e, negated) : bound_all(e, negated);
    case Op::op_or:
        return negated ? bound_all(e, negated) : bound_any(e, negated);
    default:
        return is_spatial(e.op) ? bound_spatial(e, negated) : Bound{};
    }
}

} // namespace

std::optional<geo::Box> bounding_box(const Expression& e) {
    const Bound box = bound(e, false);
    return box && box->empty() ? Bound{geo::Box{}} : box;
}

} // namespace layers::query
