// From names to ordinals, and everything that can be refused or worked out before the first row is seen.
#include "geo/error.hpp"
#include "geo/ops.hpp"
#include "layers/query/fold.hpp"
#include "layers/query/names.hpp"
#include "layers/query/prepared.hpp"
#include "layers/query/scalar.hpp"

#include <algorithm>

namespace layers::query {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw geo::Error{geo::ErrorCode::invalid_input, what};
}

// A caller's own words come back shortened.
std::string quoted(std::string_view name) {
    constexpr std::size_t kShown = 80;
    std::size_t length = std::min(name.size(), kShown);
    while (length < name.size() && (name[length] & 0xC0) == 0x80) --length; // never half a character
    return "'" + std::string{name.substr(0, length)} + "'";
}

struct Typed {
    ExpressionPtr expression;
    Kind kind;
};

Kind kind_of(FieldType type) {
    switch (type) {
    case FieldType::boolean:
        return Kind::boolean;
    case FieldType::integer:
    case FieldType::number:
        return Kind::number;
    case FieldType::text:
    case FieldType::enumeration:
        return Kind::text;
    case FieldType::instant:
        return Kind::instant;
    case FieldType::text_list:
        return Kind::array;
    case FieldType::json:
        return Kind::any;
    }
    return Kind::any;
}

bool is_scalar(Kind kind) {
    return kind == Kind::boolean || kind == Kind::number || kind == Kind::text || kind == Kind::instant;
}

bool is_fixed(const Expression& e) {
    return e.op == Op::literal || e.op == Op::date || e.op == Op::timestamp;
}

Op mirrored(Op comparison) {
    switch (comparison) {
    case Op::lt:
        return Op::gt;
    case Op::le:
        return Op::ge;
    case Op::gt:
        return Op::lt;
    case Op::ge:
        return Op::le;
    default:
        return comparison;
    }
}

// The box that a ring of five points is the edge of; an empty one when it isn't.
geo::Box rectangle_of(const geo::Geometry& g, std::size_t begin, std::size_t end) {
    geo::Box box;
    for (std::size_t i = begin; i < end; ++i) box.add(g.points[i]);
    bool exact =
        end - begin == 5 && g.points[begin] == g.points[end - 1] && box.min_x < box.max_x && box.min_y < box.max_y;
    for (std::size_t i = begin; exact && i + 1 < end; ++i) {
        const geo::Point p = g.points[i];
        const geo::Point q = g.points[i + 1];
        const bool corner = (p.x == box.min_x || p.x == box.max_x) && (p.y == box.min_y || p.y == box.max_y);
        exact = corner && (p.x == q.x) != (p.y == q.y);
    }
    return exact ? box : geo::Box{};
}

// All parts of g as rectangles; none when one of them is anything else.
std::vector<geo::Box> rectangles_of(const geo::Geometry& g) {
    const bool areas = g.type == geo::GeometryType::polygon || g.type == geo::GeometryType::multi_polygon;
    if (!areas || g.part_ends.size() != g.polygon_ends.size()) return {}; // a hole
    std::vector<geo::Box> boxes;
    std::size_t begin = 0;
    for (const std::size_t end : g.part_ends) {
        const geo::Box box = rectangle_of(g, begin, end);
        if (box.empty()) return {};
        boxes.push_back(box);
        begin = end;
    }
    return boxes;
}

class Binder {
public:
    Binder(const Layer& layer, const std::vector<bool>& visible) : layer_{layer}, visible_{visible} {}

    Typed bind(const Expression& e) const {
        switch (e.op) {
        case Op::literal:
        case Op::date:
        case Op::timestamp:
        case Op::geometry_property:
            return {std::make_shared<const Expression>(e), query::kind_of(e)};
        case Op::geometry_literal:
            return geometry(e);
        case Op::property:
            return property(std::get<std::string>(e.value));
        case Op::call:
            fail("unknown function " + quoted(std::get<std::string>(e.value)));
        default:
            return operation(e);
        }
    }

private:
    Typed property(const std::string& name) const {
        Expression e;
        e.op = Op::property;
        e.value = name;
        if (name == "geom" || name == "geometry") {
            e.op = Op::geometry_property;
            return typed(std::move(e), Kind::geometry);
        }
        if (name == "id") {
            e.ordinal = kIdOrdinal;
            return typed(std::move(e), Kind::text);
        }
        if (name == "version") {
            e.ordinal = kVersionOrdinal;
            return typed(std::move(e), Kind::number);
        }
        const auto ordinal = layer_.find(name);
        // One message for what is hidden and what isn't there: neither exists for this caller.
        if (!ordinal || *ordinal >= visible_.size() || !visible_[*ordinal]) fail("unknown property " + quoted(name));
        e.ordinal = *ordinal;
        return typed(std::move(e), kind_of(layer_.fields[*ordinal].type));
    }

    static Typed geometry(const Expression& e) {
        if (!geo::on_earth(e.geometry)) fail("a geometry of the filter lies off the earth: longitude, latitude");
        if (const auto reason = geo::invalid_reason(e.geometry))
            fail("a geometry of the filter is not valid: " + *reason);
        return typed(e, Kind::geometry);
    }

    Typed operation(const Expression& source) const {
        Expression e;
        e.op = source.op;
        e.value = source.value;
        std::vector<Kind> kinds;
        for (const auto& child : source.children) {
            Typed bound = bind(*child);
            e.children.push_back(std::move(bound.expression));
            kinds.push_back(bound.kind);
        }
        check(e, kinds);
        if (is_comparison(e.op) && is_fixed(*e.children[0]) && !is_fixed(*e.children[1])) {
            // evaluate's short way is for a property on the left.
            std::swap(e.children[0], e.children[1]);
            e.op = mirrored(e.op);
        }
        if ((e.op == Op::casei || e.op == Op::accenti) && e.children[0]->op == Op::literal) return folded(e);
        const Kind kind = query::kind_of(e);
        prepare(e);
        return typed(std::move(e), kind);
    }

    static Typed folded(const Expression& e) {
        const auto& text = std::get<std::string>(e.children[0]->value);
        return {literal(e.op == Op::casei ? fold_case(text) : strip_accents(text)), Kind::text};
    }

    // ---- kinds ---------------------------------------------------------------------------------------------------

    static void check(const Expression& e, const std::vector<Kind>& kinds) {
        switch (e.op) {
        case Op::op_and:
        case Op::op_or:
        case Op::op_not:
            return require(e, kinds, [](Kind kind) { return kind == Kind::boolean; });
        case Op::is_null:
            return; // the parsers' checks are enough: every field may be null
        case Op::like:
        case Op::casei:
        case Op::accenti:
            return require(e, kinds, [](Kind kind) { return kind == Kind::text; });
        case Op::interval:
            return check_interval(e, kinds);
        case Op::array_literal:
            if (!std::ranges::all_of(e.children, [](const auto& child) { return is_fixed(*child); }))
                fail("an array holds plain values only");
            return;
        default:
            break;
        }
        if (is_arithmetic(e.op)) return require(e, kinds, [](Kind kind) { return kind == Kind::number; });
        if (is_spatial(e.op)) return require(e, kinds, [](Kind kind) { return kind == Kind::geometry; });
        if (is_array_predicate(e.op)) return require(e, kinds, [](Kind kind) { return kind == Kind::array; });
        if (is_temporal(e.op))
            return require(e, kinds, [](Kind kind) { return kind == Kind::instant || kind == Kind::interval; });
        check_comparable(e, kinds);
    }

    template <typename Allowed>
    static void require(const Expression& e, const std::vector<Kind>& kinds, Allowed allowed) {
        const auto wrong = std::ranges::find_if_not(kinds, allowed);
        if (wrong != kinds.end()) fail(word(e) + " does not take " + query::name(*wrong));
    }

    // Comparisons, BETWEEN and IN: all operands of the kind of the first.
    static void check_comparable(const Expression& e, const std::vector<Kind>& kinds) {
        require(e, kinds, is_scalar);
        const auto other = std::ranges::find_if(kinds, [&](Kind kind) { return kind != kinds.front(); });
        if (other == kinds.end()) return;
        const bool text_for_time = (kinds.front() == Kind::instant && *other == Kind::text) ||
                                   (kinds.front() == Kind::text && *other == Kind::instant);
        fail(word(e) + " can't compare " + query::name(kinds.front()) + " with " + query::name(*other) +
             (text_for_time ? ": write DATE('…') or TIMESTAMP('…')" : ""));
    }

    static void check_interval(const Expression& e, const std::vector<Kind>& kinds) {
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            const bool open = e.children[i]->op == Op::literal;
            if (!open && kinds[i] != Kind::instant)
                fail(std::string{"INTERVAL does not take "} + query::name(kinds[i]));
        }
    }

    static std::string word(const Expression& e) {
        const Operator* known = find_operator(e.op);
        return known ? known->text : "an array";
    }

    // ---- preparation ---------------------------------------------------------------------------------------------

    static void prepare(Expression& e) {
        Prepared prepared;
        if (e.op == Op::like) {
            const auto& pattern = *e.children[1];
            if (pattern.op != Op::literal) fail("a LIKE pattern is a text literal");
            prepared.like.emplace(std::get<std::string>(pattern.value));
        } else if (e.op == Op::in) {
            prepared.sorted = sorted_list(e);
        } else if (is_spatial(e.op)) {
            prepare_spatial(e, prepared);
        } else {
            return;
        }
        e.prepared = std::make_shared<const Prepared>(std::move(prepared));
    }

    // Dates stay a list: a day has no one place among instants.
    static std::vector<geo::Value> sorted_list(const Expression& e) {
        std::vector<geo::Value> values;
        for (std::size_t i = 1; i < e.children.size(); ++i) {
            const Expression& element = *e.children[i];
            if (element.op != Op::literal && element.op != Op::timestamp) return {};
            values.push_back(element.value);
        }
        if (e.children[0]->op == Op::date) return {};
        std::ranges::sort(values, [](const auto& a, const auto& b) { return order(a, b) == Order::less; });
        return values;
    }

    static void prepare_spatial(const Expression& e, Prepared& prepared) {
        for (const auto& child : e.children) {
            if (child->op != Op::geometry_literal) continue;
            prepared.box = child->geometry.box();
            prepared.rectangles = rectangles_of(child->geometry);
        }
    }

    static Typed typed(Expression e, Kind kind) { return {std::make_shared<const Expression>(std::move(e)), kind}; }

    const Layer& layer_;
    const std::vector<bool>& visible_;
};

} // namespace

ExpressionPtr bind(const ExpressionPtr& e, const Layer& layer, const std::vector<bool>& visible) {
    Typed bound = Binder{layer, visible}.bind(*e);
    if (bound.kind != Kind::boolean)
        fail(std::string{"the filter is "} + query::name(bound.kind) + ", not a condition");
    return std::move(bound.expression);
}

} // namespace layers::query
