// The one evaluator over a segment's columns, made fast: a part of a filter that looks at a single dictionary column is
// evaluated once a dictionary entry, not once a row. Same meaning as query::evaluate (a property test holds them
// equal).
#pragma once

#include "layers/index/segment.hpp"
#include "layers/query/expression.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace layers::index {

// A row of a segment as the evaluator sees it. Values are made on demand; a reference returned by `value` lives until
// the next call for the same column. One thread.
class SegmentRow final : public query::RowView {
public:
    explicit SegmentRow(const Segment& segment) : segment_{segment} {}
    void move_to(Row row) {
        row_ = row;
        have_geometry_ = false;
    }
    const geo::Value& value(std::size_t ordinal) const override;
    const geo::Geometry& geometry() const override;
    geo::Box box() const override;

private:
    const Segment& segment_;
    Row row_ = 0;
    mutable std::vector<geo::Value> values_;
    mutable geo::Value id_, version_;
    mutable geo::Geometry geometry_;
    mutable bool have_geometry_ = false;
};

// What a time parameter asks of valid_from and valid_to: rows whose time meets [from, to], both ends closed, nothing =
// open. A row without times always matches (OGC 17-069r4, 7.15.4).
struct TimeWindow {
    std::optional<geo::Instant> from;
    std::optional<geo::Instant> to;
    bool whole() const { return !from && !to; }
};

// A bound filter and a time window, ready for one segment. One thread; cheap to make.
class SegmentFilter {
public:
    SegmentFilter(const Segment& segment, const Layer& layer, query::ExpressionPtr filter, TimeWindow window);
    ~SegmentFilter();
    SegmentFilter(SegmentFilter&&) noexcept;
    bool operator()(Row row) const;

private:
    struct Node;
    struct Plan;
    std::unique_ptr<Plan> plan_;
};

// A report is of a moment: without an end it ended when it began. Anything else without an end still holds.
bool in_window(const Layer& layer, std::int64_t valid_from_us, std::int64_t valid_to_us, const TimeWindow& window);

} // namespace layers::index
