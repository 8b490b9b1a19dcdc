#include "layers/index/filter.hpp"

#include <algorithm>

namespace layers::index {

using query::Expression;
using query::Op;
using query::Truth;

const geo::Value& SegmentRow::value(std::size_t ordinal) const {
    if (ordinal == query::kIdOrdinal) return id_ = geo::to_string(segment_.id(row_));
    if (ordinal == query::kVersionOrdinal) return version_ = segment_.version(row_);
    if (values_.empty()) values_.resize(segment_.column_count());
    return values_[ordinal] = segment_.column(ordinal).value(row_);
}

const geo::Geometry& SegmentRow::geometry() const {
    if (!have_geometry_) {
        geometry_ = segment_.geometry(row_);
        have_geometry_ = true;
    }
    return geometry_;
}

geo::Box SegmentRow::box() const {
    geo::Box box;
    for (const auto& p : segment_.lon_lat(row_)) box.add(p);
    return box;
}

bool in_window(const Layer& layer, std::int64_t from_us, std::int64_t to_us, const TimeWindow& window) {
    const bool no_from = from_us == kNullInteger;
    const bool no_to = to_us == kNullInteger;
    if (window.from) {
        const std::int64_t end = !no_to                                               ? to_us
                                 : layer.change == ChangeRule::statements && !no_from ? from_us
                                                                                      : INT64_MAX;
        if (end < window.from->us) return false;
    }
    return !(window.to && !no_from && from_us > window.to->us);
}

namespace {

// The only property an expression looks at, when it is one and no geometry is involved.
struct Used {
    std::size_t ordinal = 0;
    int properties = 0;
    bool more = false;
};

void look(const Expression& e, Used& used) {
    if (e.op == Op::geometry_property) used.more = true;
    if (e.op == Op::property) {
        if (used.properties > 0 && used.ordinal != e.ordinal) used.more = true;
        used.ordinal = e.ordinal;
        ++used.properties;
    }
    for (const auto& child : e.children)
        if (child) look(*child, used);
}

// A row of which only one value is known: what a dictionary entry is tried with.
class OneValue final : public query::RowView {
public:
    geo::Value only;
    const geo::Value& value(std::size_t) const override { return only; }
    const geo::Geometry& geometry() const override { return none_; }
    geo::Box box() const override { return {}; }

private:
    geo::Geometry none_;
};

constexpr std::uint8_t kNotTried = 255;

} // namespace

struct SegmentFilter::Node {
    enum class Kind { all, any, inverted, by_entry, by_row } kind = Kind::by_row;
    std::vector<Node> children;
    const Expression* expression = nullptr;
    const Column* column = nullptr;
    mutable std::vector<std::uint8_t> truth_of_code; // by dictionary code, filled as codes are met

    Node(const Expression& e, const Segment& segment) : expression{&e} {
        if (e.op == Op::op_and || e.op == Op::op_or || e.op == Op::op_not) {
            kind = e.op == Op::op_and ? Kind::all : e.op == Op::op_or ? Kind::any : Kind::inverted;
            for (const auto& child : e.children) children.emplace_back(*child, segment);
            return;
        }
        Used used;
        look(e, used);
        const bool single = used.properties > 0 && !used.more && used.ordinal < segment.column_count();
        if (!single || !segment.column(used.ordinal).coded()) return;
        kind = Kind::by_entry;
        column = &segment.column(used.ordinal);
        truth_of_code.assign(column->dictionary_size() + 1, kNotTried);
    }

    Truth operator()(Row row, const SegmentRow& view) const {
        switch (kind) {
        case Kind::all: {
            Truth result = Truth::yes;
            for (const auto& child : children) {
                const Truth t = child(row, view);
                if (t == Truth::no) return Truth::no;
                if (t == Truth::unknown) result = Truth::unknown;
            }
            return result;
        }
        case Kind::any: {
            Truth result = Truth::no;
            for (const auto& child : children) {
                const Truth t = child(row, view);
                if (t == Truth::yes) return Truth::yes;
                if (t == Truth::unknown) result = Truth::unknown;
            }
            return result;
        }
        case Kind::inverted: {
            const Truth t = children[0](row, view);
            return t == Truth::yes ? Truth::no : t == Truth::no ? Truth::yes : Truth::unknown;
        }
        case Kind::by_entry: {
            const std::uint32_t code = column->codes[row];
            if (truth_of_code[code] == kNotTried) {
                OneValue entry;
                entry.only = column->entry_value(code);
                truth_of_code[code] = static_cast<std::uint8_t>(query::evaluate(*expression, entry));
            }
            return static_cast<Truth>(truth_of_code[code]);
        }
        case Kind::by_row:
            return query::evaluate(*expression, view);
        }
        return Truth::unknown;
    }
};

struct SegmentFilter::Plan {
    Plan(const Segment& s, const Layer& l, query::ExpressionPtr f, TimeWindow w)
        : segment{s}, layer{l}, filter{std::move(f)}, window{w}, row{s} {
        if (!query::is_always(filter)) root.emplace_back(*filter, segment);
    }
    const Segment& segment;
    const Layer& layer;
    query::ExpressionPtr filter;
    TimeWindow window;
    std::vector<Node> root; // none: every row passes
    mutable SegmentRow row;
};

SegmentFilter::SegmentFilter(const Segment& segment, const Layer& layer, query::ExpressionPtr filter, TimeWindow window)
    : plan_{std::make_unique<Plan>(segment, layer, std::move(filter), window)} {}
SegmentFilter::~SegmentFilter() = default;
SegmentFilter::SegmentFilter(SegmentFilter&&) noexcept = default;

bool SegmentFilter::operator()(Row row) const {
    if (!plan_->window.whole()) {
        const auto from = plan_->segment.column(common::valid_from).integers[row];
        const auto to = plan_->segment.column(common::valid_to).integers[row];
        if (!in_window(plan_->layer, from, to, plan_->window)) return false;
    }
    if (plan_->root.empty()) return true;
    plan_->row.move_to(row);
    return plan_->root[0](row, plan_->row) == Truth::yes;
}

} // namespace layers::index
