#include "layers/query/temporal.hpp"

namespace layers::query {

Moment moment(geo::Instant t, bool whole_day) {
    constexpr std::int64_t kDay_us = 86'400'000'000;
    return {t.us, whole_day ? t.us + kDay_us - 1 : t.us};
}

int compare(Moment a, Moment b) {
    return a.last_us < b.first_us ? -1 : a.first_us > b.last_us ? 1 : 0;
}

bool holds(Op temporal, const Interval& a, const Interval& b) {
    const int starts = compare(a.start, b.start);
    const int ends = compare(a.end, b.end);
    const int start_to_end = compare(a.start, b.end);
    const int end_to_start = compare(a.end, b.start);
    const bool apart = start_to_end > 0 || end_to_start < 0;
    switch (temporal) {
    case Op::t_after:
        return start_to_end > 0;
    case Op::t_before:
        return end_to_start < 0;
    case Op::t_contains:
        return starts < 0 && ends > 0;
    case Op::t_disjoint:
        return apart;
    case Op::t_during:
        return starts > 0 && ends < 0;
    case Op::t_equals:
        return starts == 0 && ends == 0;
    case Op::t_finished_by:
        return starts < 0 && ends == 0;
    case Op::t_finishes:
        return starts > 0 && ends == 0;
    case Op::t_intersects:
        return !apart;
    case Op::t_meets:
        return end_to_start == 0;
    case Op::t_met_by:
        return start_to_end == 0;
    case Op::t_overlapped_by:
        return starts > 0 && start_to_end < 0 && ends > 0;
    case Op::t_overlaps:
        return starts < 0 && end_to_start > 0 && ends < 0;
    case Op::t_started_by:
        return starts == 0 && ends > 0;
    case Op::t_starts:
        return starts == 0 && ends < 0;
    default:
        return false;
    }
}

} // namespace layers::query
