#include "layers/query/builder.hpp"

#include "geo/error.hpp"
#include "layers/query/lexer.hpp"
#include "layers/query/names.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace layers::query {

namespace {

constexpr std::size_t kDateLength = 10; // 2026-03-01

bool is_one_of(Kind kind, std::initializer_list<Kind> allowed) {
    return kind == Kind::any || std::ranges::find(allowed, kind) != allowed.end();
}

// What the operands of an operator may be.
bool takes(Op op, const Expression& operand) {
    const Kind kind = kind_of(operand);
    switch (op) {
    case Op::op_and:
    case Op::op_or:
    case Op::op_not:
        return is_one_of(kind, {Kind::boolean});
    case Op::is_null:
        return kind != Kind::array && kind != Kind::interval;
    case Op::like:
    case Op::casei:
    case Op::accenti:
        return is_one_of(kind, {Kind::text});
    case Op::array_literal:
    case Op::between:
    case Op::in:
        return is_one_of(kind, {Kind::boolean, Kind::number, Kind::text, Kind::instant});
    default:
        break;
    }
    if (is_comparison(op)) return is_one_of(kind, {Kind::boolean, Kind::number, Kind::text, Kind::instant});
    if (is_arithmetic(op)) return is_one_of(kind, {Kind::number});
    if (is_spatial(op)) return is_one_of(kind, {Kind::geometry});
    if (is_temporal(op)) return is_one_of(kind, {Kind::instant, Kind::interval});
    if (is_array_predicate(op)) return is_one_of(kind, {Kind::array});
    return false;
}

bool is_pattern(const Expression& e) {
    if (e.op == Op::casei || e.op == Op::accenti) return is_pattern(*e.children.front());
    return e.op == Op::literal;
}

// What can be written in text: a word that the grammar has no other use for.
bool is_function_name(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kLiterals{"DATE", "TIMESTAMP", "INTERVAL", "BBOX"};
    const std::string upper = to_upper(name);
    return !name.empty() && starts_word(name.front()) && std::ranges::all_of(name, continues_word) &&
           !is_reserved(upper) && !is_geometry_word(upper) && !find_function(upper) &&
           std::ranges::find(kLiterals, upper) == kLiterals.end();
}

std::string display(Op op) {
    const Operator* known = find_operator(op);
    return op == Op::is_null ? "IS NULL" : known ? known->text : "an array";
}

geo::Geometry box_part(const geo::Box& box) {
    // A polygon without area is no valid geometry: a flat box is a line, a single place a point.
    if (box.min_x == box.max_x && box.min_y == box.max_y) return geo::make_point(box.min_x, box.min_y);
    if (box.min_x == box.max_x || box.min_y == box.max_y)
        return geo::make_line({{box.min_x, box.min_y}, {box.max_x, box.max_y}});
    return geo::make_box_polygon(box);
}

} // namespace

Node Builder::make(Expression e, Nodes children) {
    if (++nodes_ > kMaxNodes) fail_("the filter has more than " + std::to_string(kMaxNodes) + " parts");
    std::size_t depth = 1;
    e.children.reserve(children.size());
    for (Node& child : children) {
        depth = std::max(depth, child.depth + 1);
        e.children.push_back(std::move(child.expression));
    }
    if (depth > kMaxDepth) fail_("the filter is nested deeper than " + std::to_string(kMaxDepth));
    return {std::make_shared<const Expression>(std::move(e)), depth};
}

Node Builder::literal(geo::Value value) {
    Expression e;
    e.value = std::move(value);
    return make(std::move(e), {});
}

Node Builder::property(std::string name) {
    if (name.empty()) fail_("a property has no name");
    Expression e;
    e.op = Op::property;
    e.value = std::move(name);
    return make(std::move(e), {});
}

Node Builder::date(std::string_view text) {
    const auto instant = geo::from_rfc3339(text);
    if (!instant || text.size() != kDateLength) fail_("not a date like 2026-03-01");
    Expression e;
    e.op = Op::date;
    e.value = *instant;
    return make(std::move(e), {});
}

Node Builder::timestamp(std::string_view text) {
    const auto instant = geo::from_rfc3339(text);
    if (!instant || text.size() == kDateLength) fail_("not a time like 2026-03-01T12:00:00Z");
    Expression e;
    e.op = Op::timestamp;
    e.value = *instant;
    return make(std::move(e), {});
}

Node Builder::interval_end(std::string_view text) {
    if (text == "..") return literal(std::string{text});
    return text.size() == kDateLength ? date(text) : timestamp(text);
}

Node Builder::interval(Nodes ends) {
    if (ends.size() != 2) fail_("an interval has two ends");
    const auto moment = [](const Node& end) {
        const bool fixed = end.expression->op == Op::date || end.expression->op == Op::timestamp;
        return fixed ? std::get_if<geo::Instant>(&end.expression->value) : nullptr;
    };
    for (const Node& end : ends) {
        const Expression& e = *end.expression;
        const bool known = moment(end) || e.op == Op::property || e.op == Op::call ||
                           (e.op == Op::literal && e.value == geo::Value{std::string{".."}});
        if (!known) fail_("an interval's end is a date, a time, a property or '..'");
    }
    const auto* from = moment(ends[0]);
    const auto* to = moment(ends[1]);
    // A date's end is the end of its day, so comparing starts is enough unless `to` is a date on the day of `from`.
    constexpr std::int64_t kDay_us = 86'400'000'000;
    const std::int64_t slack_us = to && ends[1].expression->op == Op::date ? kDay_us - 1 : 0;
    if (from && to && from->us > to->us + slack_us) fail_("the interval ends before it starts");
    Expression e;
    e.op = Op::interval;
    return make(std::move(e), std::move(ends));
}

Node Builder::geometry(geo::Geometry geometry) {
    if (geometry.empty()) fail_("an empty geometry");
    Expression e;
    e.op = Op::geometry_literal;
    e.geometry = std::move(geometry);
    return make(std::move(e), {});
}

Node Builder::bbox(const std::vector<double>& numbers) {
    if (numbers.size() != 4 && numbers.size() != 6) fail_("a box has four or six numbers");
    if (!std::ranges::all_of(numbers, [](double n) { return std::isfinite(n); })) fail_("a box needs finite numbers");
    const bool has_heights = numbers.size() == 6;
    const geo::Box box{numbers[0], numbers[1], numbers[has_heights ? 3 : 2], numbers[has_heights ? 4 : 3]};
    if (box.min_y > box.max_y) fail_("the box's south is north of its north");
    if (box.min_x <= box.max_x) return geometry(box_part(box));

    // West beyond east: across the antimeridian (OGC 17-069r4, 7.15.3).
    if (box.min_x > 180 || box.max_x < -180) fail_("the box's west is east of its east");
    const geo::Geometry west = box_part({box.min_x, box.min_y, 180, box.max_y});
    const geo::Geometry east = box_part({-180, box.min_y, box.max_x, box.max_y});
    geo::Geometry both;
    if (west.type != geo::GeometryType::polygon || east.type != geo::GeometryType::polygon) {
        both.type = geo::GeometryType::collection;
        both.members = {west, east};
        return geometry(std::move(both));
    }
    both.type = geo::GeometryType::multi_polygon;
    for (const auto* part : {&west, &east}) {
        both.points.insert(both.points.end(), part->points.begin(), part->points.end());
        both.part_ends.push_back(static_cast<std::uint32_t>(both.points.size()));
        both.polygon_ends.push_back(static_cast<std::uint32_t>(both.part_ends.size()));
    }
    return geometry(std::move(both));
}

Node Builder::call(std::string name, Nodes arguments) {
    if (!is_function_name(name)) fail_("not a function's name");
    for (const Node& argument : arguments)
        if (kind_of(*argument.expression) == Kind::array) fail_("only A_ functions take arrays");
    Expression e;
    e.op = Op::call;
    e.value = std::move(name);
    return make(std::move(e), std::move(arguments));
}

Node Builder::array(Nodes elements) {
    if (elements.size() > kMaxList) fail_("an array has more than " + std::to_string(kMaxList) + " elements");
    check(Op::array_literal, elements);
    Expression e;
    e.op = Op::array_literal;
    return make(std::move(e), std::move(elements));
}

Node Builder::operation(Op op, Nodes operands) {
    if (const Operator* known = find_operator(op)) {
        if (operands.size() < known->min_operands || operands.size() > known->max_operands)
            fail_(display(op) + " has the wrong count of operands");
    }
    if (op == Op::op_or && operands.size() > kMaxOrs)
        fail_("an OR has more than " + std::to_string(kMaxOrs) + " alternatives");
    if (op == Op::in && operands.size() - 1 > kMaxList)
        fail_("an IN list has more than " + std::to_string(kMaxList) + " values");
    check(op, operands);
    if (op == Op::like && !is_pattern(*operands[1].expression)) fail_("a LIKE pattern is a text literal");
    Expression e;
    e.op = op;
    return make(std::move(e), std::move(operands));
}

void Builder::check(Op op, const Nodes& operands) {
    for (const Node& operand : operands) {
        if (!takes(op, *operand.expression))
            fail_(display(op) + " does not take " + query::name(kind_of(*operand.expression)));
    }
}

void Builder::require_filter(const Node& root) {
    if (!is_one_of(kind_of(*root.expression), {Kind::boolean}))
        fail_(std::string{"the filter is "} + query::name(kind_of(*root.expression)) + ", not a condition");
}

} // namespace layers::query
