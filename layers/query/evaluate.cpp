// The one meaning of a filter. Called for every row of a tile or a page: a property against a literal allocates
// nothing.
#include "geo/error.hpp"
#include "geo/ops.hpp"
#include "layers/query/fold.hpp"
#include "layers/query/names.hpp"
#include "layers/query/prepared.hpp"
#include "layers/query/scalar.hpp"
#include "layers/query/temporal.hpp"

#include <algorithm>

namespace layers::query {

namespace {

using geo::Value;

Truth negate(Truth t) {
    return t == Truth::unknown ? t : truth(t == Truth::no);
}

// ---- scalars -----------------------------------------------------------------------------------------------------

bool is_fixed(const Expression& e) {
    return e.op == Op::literal || e.op == Op::date || e.op == Op::timestamp;
}

// A reference into e, the row or `scratch`; one into the row lives until the row is asked again.
const Value& scalar(const Expression& e, const RowView& row, Value& scratch) {
    if (e.op == Op::property) return row.value(e.ordinal);
    if (is_fixed(e)) return e.value;
    Value inner;
    if (e.op == Op::casei || e.op == Op::accenti) {
        const auto* text = std::get_if<std::string>(&scalar(*e.children[0], row, inner));
        scratch = !text ? Value{} : e.op == Op::casei ? fold_case(*text) : strip_accents(*text);
    } else if (is_arithmetic(e.op)) {
        Value other;
        const Value left = scalar(*e.children[0], row, inner);
        scratch = calculate(e.op, left, scalar(*e.children[1], row, other));
    } else {
        const Truth t = evaluate(e, row);
        scratch = t == Truth::unknown ? Value{} : Value{t == Truth::yes};
    }
    return scratch;
}

Order order_of(const Value& a, const Expression& a_expression, const Value& b, const Expression& b_expression) {
    if (a_expression.op != Op::date && b_expression.op != Op::date) return order(a, b);
    const auto* instant_a = std::get_if<geo::Instant>(&a);
    const auto* instant_b = std::get_if<geo::Instant>(&b);
    if (!instant_a || !instant_b) return Order::none;
    const int sign =
        compare(moment(*instant_a, a_expression.op == Op::date), moment(*instant_b, b_expression.op == Op::date));
    return sign < 0 ? Order::less : sign > 0 ? Order::greater : Order::equal;
}

// How `value`, which `left` stands for, lies to `right`.
Order order_against(const Value& value, const Expression& left, const Expression& right, const RowView& row) {
    Value scratch;
    return order_of(value, left, scalar(right, row, scratch), right);
}

// Calls `use` with the value of e so that it lives through it, whatever else is asked of the row.
template <typename Use>
Truth with_value(const Expression& e, const RowView& row, bool others_ask_the_row, Use use) {
    Value scratch;
    const Value& value = scalar(e, row, scratch);
    if (e.op != Op::property || !others_ask_the_row) return use(value);
    const Value kept = value;
    return use(kept);
}

Truth comparison(const Expression& e, const RowView& row) {
    const Expression& left = *e.children[0];
    const Expression& right = *e.children[1];
    if (left.op == Op::property && is_fixed(right))
        return compare(e.op, order_of(row.value(left.ordinal), left, right.value, right));
    return with_value(left, row, !is_fixed(right),
                      [&](const Value& value) { return compare(e.op, order_against(value, left, right, row)); });
}

Truth between(const Expression& e, const RowView& row) {
    const Expression& operand = *e.children[0];
    const bool ask = !is_fixed(*e.children[1]) || !is_fixed(*e.children[2]);
    return with_value(operand, row, ask, [&](const Value& value) {
        const Truth low = compare(Op::ge, order_against(value, operand, *e.children[1], row));
        const Truth high = compare(Op::le, order_against(value, operand, *e.children[2], row));
        if (low == Truth::no || high == Truth::no) return Truth::no;
        return low == Truth::unknown || high == Truth::unknown ? Truth::unknown : Truth::yes;
    });
}

Truth in(const Expression& e, const RowView& row) {
    const Expression& operand = *e.children[0];
    if (e.prepared && !e.prepared->sorted.empty()) {
        return with_value(operand, row, false, [&](const Value& value) {
            if (geo::is_null(value)) return Truth::unknown;
            const auto less = [](const Value& a, const Value& b) { return order(a, b) == Order::less; };
            const auto it = std::ranges::lower_bound(e.prepared->sorted, value, less);
            return truth(it != e.prepared->sorted.end() && order(*it, value) == Order::equal);
        });
    }
    return with_value(operand, row, true, [&](const Value& value) {
        Truth found = Truth::no;
        for (std::size_t i = 1; i < e.children.size(); ++i) {
            const Truth equal = compare(Op::eq, order_against(value, operand, *e.children[i], row));
            if (equal == Truth::yes) return equal;
            if (equal == Truth::unknown) found = equal;
        }
        return found;
    });
}

Truth like(const Expression& e, const RowView& row) {
    const bool compiled = e.prepared && e.prepared->like;
    return with_value(*e.children[0], row, !compiled, [&](const Value& value) {
        const auto* text = std::get_if<std::string>(&value);
        if (!text) return Truth::unknown;
        if (compiled) return truth(e.prepared->like->matches(*text));
        Value scratch;
        const auto* pattern = std::get_if<std::string>(&scalar(*e.children[1], row, scratch));
        return pattern ? truth(LikePattern{*pattern}.matches(*text)) : Truth::unknown;
    });
}

Truth is_null(const Expression& operand, const RowView& row) {
    if (operand.op == Op::geometry_literal) return Truth::no;
    if (operand.op == Op::geometry_property) return truth(row.box().empty());
    Value scratch;
    return truth(geo::is_null(scalar(operand, row, scratch)));
}

// ---- space -------------------------------------------------------------------------------------------------------

geo::Predicate predicate_of(Op op) {
    static_assert(static_cast<int>(Op::s_contains) - static_cast<int>(Op::s_intersects) ==
                      static_cast<int>(geo::Predicate::contains),
                  "the operators stand in the order of geo::Predicate");
    return static_cast<geo::Predicate>(static_cast<int>(op) - static_cast<int>(Op::s_intersects));
}

// What boxes alone can say of a row against a literal; unknown: not enough.
Truth by_boxes(const Expression& e, const geo::Box& row_box, bool row_is_first) {
    const Prepared& literal = *e.prepared;
    const bool disjoint = e.op == Op::s_disjoint;
    if (!row_box.intersects(literal.box)) return truth(disjoint);
    const bool row_in_literal = e.op == (row_is_first ? Op::s_within : Op::s_contains);
    const bool by_meeting = disjoint || row_in_literal || e.op == Op::s_intersects;
    if (!by_meeting || literal.rectangles.empty()) return Truth::unknown;
    const auto inside = [&](const geo::Box& r) {
        return r.min_x < row_box.min_x && row_box.max_x < r.max_x && r.min_y < row_box.min_y && row_box.max_y < r.max_y;
    };
    const auto touches = [&](const geo::Box& r) { return r.intersects(row_box); };
    if (std::ranges::any_of(literal.rectangles, inside)) return truth(!disjoint);
    if (std::ranges::none_of(literal.rectangles, touches)) return truth(disjoint);
    return Truth::unknown;
}

const geo::Geometry& geometry_of(const Expression& e, const RowView& row) {
    return e.op == Op::geometry_literal ? e.geometry : row.geometry();
}

Truth spatial(const Expression& e, const RowView& row) {
    const Expression& a = *e.children[0];
    const Expression& b = *e.children[1];
    const bool row_is_first = a.op == Op::geometry_property;
    if (row_is_first || b.op == Op::geometry_property) {
        const geo::Box row_box = row.box();
        if (row_box.empty()) return Truth::unknown;
        const bool literal_known = e.prepared && !e.prepared->box.empty();
        const Truth quick = literal_known ? by_boxes(e, row_box, row_is_first) : Truth::unknown;
        if (quick != Truth::unknown) return quick;
    }
    try {
        return truth(geo::holds(predicate_of(e.op), geometry_of(a, row), geometry_of(b, row)));
    } catch (const geo::Error&) {
        return Truth::unknown; // one broken shape must not fail the whole tile
    }
}

// ---- time --------------------------------------------------------------------------------------------------------

std::optional<Moment> moment_of(const Expression& e, const RowView& row) {
    if (e.op == Op::date || e.op == Op::timestamp) return moment(std::get<geo::Instant>(e.value), e.op == Op::date);
    if (e.op != Op::property) return {};
    const auto* instant = std::get_if<geo::Instant>(&row.value(e.ordinal));
    if (!instant) return {};
    return moment(*instant, false);
}

std::optional<Interval> interval_of(const Expression& e, const RowView& row) {
    if (e.op != Op::interval) {
        const auto instant = moment_of(e, row);
        if (!instant) return {};
        return Interval{*instant, *instant};
    }
    const Expression& from = *e.children[0];
    const Expression& to = *e.children[1];
    const auto start = from.op == Op::literal ? std::optional{kBeginOfTime} : moment_of(from, row);
    const auto end = to.op == Op::literal ? std::optional{kEndOfTime} : moment_of(to, row);
    if (!start || !end) return {};
    return Interval{*start, *end};
}

Truth temporal(const Expression& e, const RowView& row) {
    const auto a = interval_of(*e.children[0], row);
    const auto b = interval_of(*e.children[1], row);
    return a && b ? truth(holds(e.op, *a, *b)) : Truth::unknown;
}

// ---- arrays ------------------------------------------------------------------------------------------------------

// A property's list or an array of literals. Arrays are compared as sets (OGC 21-065r2, 7.6).
class Elements {
public:
    Elements(const Expression& e, const Value* value)
        : literal_{e.op == Op::array_literal ? &e : nullptr}, list_{value ? std::get_if<geo::TextList>(value)
                                                                          : nullptr} {}

    bool known() const { return literal_ || list_; }
    std::size_t size() const { return literal_ ? literal_->children.size() : list_->size(); }

    bool same(std::size_t i, const Elements& other, std::size_t j) const {
        if (list_) return other.list_ ? (*list_)[i] == (*other.list_)[j] : other.is_text(j, (*list_)[i]);
        if (other.list_) return is_text(i, (*other.list_)[j]);
        return order(literal_->children[i]->value, other.literal_->children[j]->value) == Order::equal;
    }

    bool has(const Elements& other, std::size_t j) const {
        for (std::size_t i = 0; i < size(); ++i)
            if (same(i, other, j)) return true;
        return false;
    }

    bool has_all(const Elements& other) const {
        for (std::size_t j = 0; j < other.size(); ++j)
            if (!has(other, j)) return false;
        return true;
    }

    bool has_some(const Elements& other) const {
        for (std::size_t j = 0; j < other.size(); ++j)
            if (has(other, j)) return true;
        return false;
    }

private:
    bool is_text(std::size_t i, const std::string& text) const {
        const auto* own = std::get_if<std::string>(&literal_->children[i]->value);
        return own && *own == text;
    }

    const Expression* literal_;
    const geo::TextList* list_;
};

Truth compare_sets(Op op, const Elements& a, const Elements& b) {
    if (!a.known() || !b.known()) return Truth::unknown;
    switch (op) {
    case Op::a_contains:
        return truth(a.has_all(b));
    case Op::a_contained_by:
        return truth(b.has_all(a));
    case Op::a_equals:
        return truth(a.has_all(b) && b.has_all(a));
    default:
        return truth(a.has_some(b));
    }
}

Truth array(const Expression& e, const RowView& row) {
    const Expression& left = *e.children[0];
    const Expression& right = *e.children[1];
    if (left.op == Op::property && right.op == Op::property) {
        // The second call may overwrite what the first one refers to.
        const Value kept = row.value(left.ordinal); // NOLINT(performance-unnecessary-copy-initialization)
        return compare_sets(e.op, {left, &kept}, {right, &row.value(right.ordinal)});
    }
    const auto value = [&](const Expression& side) {
        return side.op == Op::property ? &row.value(side.ordinal) : nullptr;
    };
    return compare_sets(e.op, {left, value(left)}, {right, value(right)});
}

// ---- logic -------------------------------------------------------------------------------------------------------

// `deciding` ends it: no for AND, yes for OR.
Truth join(const Expression& e, const RowView& row, Truth deciding) {
    Truth result = negate(deciding);
    for (const auto& child : e.children) {
        const Truth t = evaluate(*child, row);
        if (t == deciding) return t;
        if (t == Truth::unknown) result = t;
    }
    return result;
}

Truth as_truth(const Value& value) {
    const bool* boolean = std::get_if<bool>(&value);
    return boolean ? truth(*boolean) : Truth::unknown;
}

} // namespace

Truth evaluate(const Expression& e, const RowView& row) {
    switch (e.op) {
    case Op::literal:
        return as_truth(e.value);
    case Op::property:
        return as_truth(row.value(e.ordinal));
    case Op::op_and:
        return join(e, row, Truth::no);
    case Op::op_or:
        return join(e, row, Truth::yes);
    case Op::op_not:
        return negate(evaluate(*e.children[0], row));
    case Op::is_null:
        return is_null(*e.children[0], row);
    case Op::like:
        return like(e, row);
    case Op::between:
        return between(e, row);
    case Op::in:
        return in(e, row);
    default:
        break;
    }
    if (is_comparison(e.op)) return comparison(e, row);
    if (is_spatial(e.op)) return spatial(e, row);
    if (is_temporal(e.op)) return temporal(e, row);
    if (is_array_predicate(e.op)) return array(e, row);
    return Truth::unknown; // bind lets nothing else through
}

} // namespace layers::query
