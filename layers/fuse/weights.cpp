#include "layers/fuse/weights.hpp"

namespace layers::fuse {
namespace {

constexpr auto kOverlap =
    "assumed; of lists of conflict events between a tenth and a half are shared (Donnay et al. 2019)";
constexpr auto kPrecision =
    "assumed: a stated precision is read by some as a bound, by others as a standard deviation, "
    "and is sometimes too small";
constexpr auto kSpread = "assumed, after the errors of some km and tens of km of event lists coded from news (Weidmann "
                         "2015, J. Conflict Resolution 59(6))";
constexpr auto kTimes = "assumed: most lists have the day, some are a day off (reported against happened, time zones)";
constexpr auto kKinds = "assumed: one in ten kinds is wrong, so two agree in four of five";
constexpr auto kFrequency = "assumed, and only until enough reports say how frequent a value is (Winkler 1989)";
constexpr auto kAssumed = "assumed";

using W = Weight;
constexpr std::array<WeightRow, kWeightCount> kTable{{
    {W::prior_other_agency, "prior_other_agency", 0.3, kOverlap},
    {W::prior_same_agency, "prior_same_agency", 0.01, "assumed: an agency files few events twice"},
    {W::near_repeats, "near_repeats", 1.3,
     "assumed; events are followed by others nearby (near repeats: Townsley et al. "
     "2003, Brit. J. Criminology 43)"},
    {W::place_sharp, "place_sharp", 0.35, kPrecision},
    {W::place_as_stated, "place_as_stated", 0.5, kPrecision},
    {W::place_wide, "place_wide", 0.15, kPrecision},
    {W::place_sharp_factor, "place_sharp_factor", 0.4, "a precision that holds 95 % is 2.45 standard deviations"},
    {W::place_wide_factor, "place_wide_factor", 2, kPrecision},
    {W::place_exact, "place_exact", 0.3, kSpread},
    {W::place_near, "place_near", 0.25, kSpread},
    {W::place_town, "place_town", 0.25, kSpread},
    {W::place_district, "place_district", 0.2, kSpread},
    {W::place_exact_m, "place_exact_m", 300, kSpread},
    {W::place_near_m, "place_near_m", 1'500, kSpread},
    {W::place_town_m, "place_town_m", 6'000, kSpread},
    {W::place_district_m, "place_district_m", 18'000, kSpread},
    {W::time_sharp, "time_sharp", 0.35, kPrecision},
    {W::time_as_stated, "time_as_stated", 0.5, kPrecision},
    {W::time_wide, "time_wide", 0.15, kPrecision},
    {W::time_sharp_factor, "time_sharp_factor", 0.4, "a precision that holds 98 % is 2.4 standard deviations"},
    {W::time_wide_factor, "time_wide_factor", 2, kPrecision},
    {W::time_minutes, "time_minutes", 0.35, kTimes},
    {W::time_hours, "time_hours", 0.3, kTimes},
    {W::time_day, "time_day", 0.25, kTimes},
    {W::time_days, "time_days", 0.1, kTimes},
    {W::time_minutes_s, "time_minutes_s", 1'200, kTimes},
    {W::time_hours_s, "time_hours_s", 4 * 3'600, kTimes},
    {W::time_day_s, "time_day_s", 20 * 3'600, kTimes},
    {W::time_days_s, "time_days_s", 48 * 3'600, kTimes},
    {W::kind_same_m, "kind_same_m", 0.8, kKinds},
    {W::kind_sibling_m, "kind_sibling_m", 0.08, kKinds},
    {W::kind_family_m, "kind_family_m", 0.05, kKinds},
    {W::kind_unrelated_m, "kind_unrelated_m", 0.07, kKinds},
    {W::kind_same_u, "kind_same_u", 0.1, kFrequency},
    {W::kind_sibling_u, "kind_sibling_u", 0.1, kFrequency},
    {W::kind_family_u, "kind_family_u", 0.2, kFrequency},
    {W::kind_unrelated_u, "kind_unrelated_u", 0.6, kFrequency},
    {W::count_overlap_m, "count_overlap_m", 0.75, kAssumed},
    {W::count_near_m, "count_near_m", 0.13, kAssumed},
    {W::count_far_m, "count_far_m", 0.12, kAssumed},
    {W::count_overlap_u, "count_overlap_u", 0.3, kFrequency},
    {W::count_near_u, "count_near_u", 0.15, kFrequency},
    {W::count_far_u, "count_far_u", 0.55, kFrequency},
    {W::nationality_m, "nationality_m", 0.9, kAssumed},
    {W::nationality_u, "nationality_u", 0.5, kFrequency},
    {W::transport_m, "transport_m", 0.8, kAssumed},
    {W::transport_u, "transport_u", 0.2, kFrequency},
    {W::commodity_m, "commodity_m", 0.85, kAssumed},
    {W::commodity_u, "commodity_u", 0.15, kFrequency},
    {W::place_name_same_m, "place_name_same_m", 0.55, kAssumed},
    {W::place_name_alike_m, "place_name_alike_m", 0.15, kAssumed},
    {W::place_name_other_m, "place_name_other_m", 0.3, "assumed: one says the village, the other the district"},
    {W::place_name_same_u, "place_name_same_u", 0.15, kFrequency},
    {W::place_name_alike_u, "place_name_alike_u", 0.1, kAssumed},
    {W::place_name_other_u, "place_name_other_u", 0.75, kAssumed},
    {W::resubmission_bits, "resubmission_bits", 16, "the most that a row sent twice can say; assumed"},
    {W::identical_bits, "identical_bits", 60, "by rule: domain.md, Fusion 4"},
    {W::strong_from, "strong_from", 0.95, "by rule: domain.md, Fusion 4"},
    {W::review_from, "review_from", 0.5, "by rule: domain.md, Fusion 4"},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kTable.size(); ++i)
        if (static_cast<std::size_t>(kTable[i].weight) != i) return false;
    return true;
}
static_assert(in_order());

} // namespace

std::span<const WeightRow> weight_table() {
    return kTable;
}

Weights::Weights() {
    for (const auto& row : kTable) values_[static_cast<std::size_t>(row.weight)] = row.value;
}

const Weights& table_weights() {
    static const Weights weights;
    return weights;
}

} // namespace layers::fuse
