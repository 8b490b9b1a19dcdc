// The one table of weights and priors of fusion: each with its source, or the word "assumed".
// A set of weights is a value: the table's own, or one fitted to a pair of lists (fit.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace layers::fuse {

enum class Weight : std::uint8_t {
    // shares of reports that the other agency (or the same one) has too
    prior_other_agency,
    prior_same_agency,
    // how many times as many of an agency's own reports come close together as their surroundings let expect
    near_repeats,
    // place: shares and sizes of the parts that the spread of a stated precision is mixed from
    place_sharp,
    place_as_stated,
    place_wide,
    place_sharp_factor,
    place_wide_factor,
    // … of a place without stated precision (m)
    place_exact,
    place_near,
    place_town,
    place_district,
    place_exact_m,
    place_near_m,
    place_town_m,
    place_district_m,
    // time, in the same way (s)
    time_sharp,
    time_as_stated,
    time_wide,
    time_sharp_factor,
    time_wide_factor,
    time_minutes,
    time_hours,
    time_day,
    time_days,
    time_minutes_s,
    time_hours_s,
    time_day_s,
    time_days_s,
    // what is compared by agreement: how often reports of one event agree (m) and others do (u)
    kind_same_m,
    kind_sibling_m,
    kind_family_m,
    kind_unrelated_m,
    kind_same_u,
    kind_sibling_u,
    kind_family_u,
    kind_unrelated_u,
    count_overlap_m,
    count_near_m,
    count_far_m,
    count_overlap_u,
    count_near_u,
    count_far_u,
    nationality_m,
    nationality_u,
    transport_m,
    transport_u,
    commodity_m,
    commodity_u,
    place_name_same_m,
    place_name_alike_m,
    place_name_other_m,
    place_name_same_u,
    place_name_alike_u,
    place_name_other_u,
    // an agency's own identical row under another number
    resubmission_bits,
    identical_bits,
    // decisions
    strong_from,
    review_from,
    kCount
};
inline constexpr std::size_t kWeightCount = static_cast<std::size_t>(Weight::kCount);

struct WeightRow {
    Weight weight;
    const char* name;
    double value;
    const char* source; // a paper, or "assumed" and why
};
std::span<const WeightRow> weight_table(); // in the order of the enumeration

class Weights {
public:
    Weights(); // as the table has them
    double operator[](Weight weight) const { return values_[static_cast<std::size_t>(weight)]; }
    double& operator[](Weight weight) { return values_[static_cast<std::size_t>(weight)]; }

private:
    std::array<double, kWeightCount> values_{};
};

const Weights& table_weights();

} // namespace layers::fuse
