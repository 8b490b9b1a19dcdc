// The closed syntax tree of CQL2 (OGC 21-065r2) that every filter in Sarhad is: what a caller asks, what policy adds,
// what an alert rule says. Parsers make it, `evaluate` is its one meaning, the store's SQL may only approximate it
// from above. Knows layers only by field ordinals after `bind`.
#pragma once

#include "geo/geometry.hpp"
#include "geo/value.hpp"
#include "layers/model/layer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layers::query {

// clang-format off
enum class Op {
    // leaves
    literal, property, geometry_literal, geometry_property, interval,
    // logic
    op_and, op_or, op_not,
    // comparison
    eq, ne, lt, le, gt, ge, is_null, like, between, in,
    // arithmetic
    add, sub, mul, div, mod, int_div, pow,
    // functions
    casei, accenti, date, timestamp, call,
    // spatial
    s_intersects, s_equals, s_disjoint, s_touches, s_within, s_overlaps, s_crosses, s_contains,
    // temporal
    t_after, t_before, t_contains, t_disjoint, t_during, t_equals, t_finished_by, t_finishes, t_intersects, t_meets,
    t_met_by, t_overlapped_by, t_overlaps, t_started_by, t_starts,
    // arrays
    array_literal, a_equals, a_contains, a_contained_by, a_overlaps,
};
// clang-format on

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>; // immutable and shared freely between threads
struct Prepared;                                         // what `bind` computes once for a million rows

// What sits where:
//   literal        value: boolean, number, text (an open end of an interval is the text "..")
//   date, timestamp  value: an Instant; a date stands for its whole day
//   property       value: the name; ordinal after bind
//   interval       two children: date, timestamp, property or ".."
//   in             the operand, then the list
//   like           the operand, then the pattern (a literal in any number of casei and accenti)
//   call           value: the function's name, as written; no function is known to `bind` yet
//   all others     the operands in their order; and, or: two or more
struct Expression {
    Op op = Op::literal;
    geo::Value value;
    std::size_t ordinal = 0;
    geo::Geometry geometry; // geometry_literal; BBOX becomes a polygon (two across the antimeridian)
    std::vector<ExpressionPtr> children;
    std::shared_ptr<const Prepared> prepared; // none before bind; evaluate works without, only slower
};

bool operator==(const Expression& a, const Expression& b); // the same tree; `prepared` doesn't count

// Limits (trust.md's hard cases 24-26): depth <= 64, nodes <= 10 000, children of one OR <= 256, IN list and array
// <= 1 000, input <= 1 MiB. Throws Error{invalid_input} with the column in the message (text) or the JSON pointer.
// Both are total: any bytes give a tree or an Error, in time linear in the input.
ExpressionPtr parse_cql2_text(std::string_view text);
ExpressionPtr parse_cql2_json(std::string_view text);
// parse(to_text(e)) == e for every tree that a parser made. Error{invalid_input} for what CQL2 can't say: a null, NaN.
std::string to_cql2_text(const Expression& e);

// Which names exist for this caller: resolves properties to ordinals and checks types (an enumeration is compared as
// text, an instant also with a date or timestamp). A name that isn't in `visible` is the same error as one that
// doesn't exist: Error{invalid_input}, "unknown property". visible[i] belongs to layer.fields[i]; also known are `id`
// (text, ordinal kIdOrdinal), `version` (kVersionOrdinal) and the geometry as `geom` or `geometry`. Also refused:
// a geometry literal off the earth or not valid, an unknown function, operands of kinds that can't be compared.
// Call it as query::bind: unqualified, the shared_ptr brings in std::bind.
inline constexpr std::size_t kIdOrdinal = static_cast<std::size_t>(-2);
inline constexpr std::size_t kVersionOrdinal = static_cast<std::size_t>(-3);
ExpressionPtr bind(const ExpressionPtr& e, const Layer& layer, const std::vector<bool>& visible);

// Helpers for policy and server code.
ExpressionPtr literal(geo::Value value); // an Instant becomes a timestamp, a TextList an array
ExpressionPtr always();
ExpressionPtr never();
ExpressionPtr all_of(std::vector<ExpressionPtr> parts); // `always` parts vanish; empty = always
ExpressionPtr any_of(std::vector<ExpressionPtr> parts);
bool is_always(const ExpressionPtr& e);

// A row as the evaluator sees it; implemented over a Record (store) and over index columns.
// Views returned live until the next call on the same object.
class RowView {
public:
    virtual ~RowView() = default;
    virtual const geo::Value& value(std::size_t ordinal) const = 0; // also kIdOrdinal, kVersionOrdinal
    virtual const geo::Geometry& geometry() const = 0;
    virtual geo::Box box() const = 0; // lon, lat; cheap; may be larger than the geometry's, never smaller
};

enum class Truth { no, yes, unknown }; // three-valued, as SQL
// Thread-safe; e must be bound. Never throws for what a row holds: a null operand, a division by zero, a geometry that
// GEOS refuses are `unknown`. Text is ordered by code point. A date compared with an instant stands for its whole day
// (UTC): `t <= DATE('2026-03-01')` holds until the day's last microsecond.
Truth evaluate(const Expression& e, const RowView& row);

// A lon/lat box outside which no row can satisfy the bound e (nothing: no bound found; an empty box: no row at all).
// Selects too much, never too little.
std::optional<geo::Box> bounding_box(const Expression& e);

} // namespace layers::query
