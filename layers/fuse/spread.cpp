#include "layers/fuse/spread.hpp"

#include <cmath>

namespace layers::fuse {
namespace {

// An event is no point: two people who both know it well still name places and moments this far apart. Assumed.
constexpr double kEvent_m = 250;
constexpr double kEvent_s = 600;

struct Rows {
    Weight stated;   // the first of sharp, as stated, wide, and the two factors
    Weight unstated; // the first of four shares, and four sizes
};

double at(const Weights& weights, Weight first, std::size_t offset) {
    return weights[static_cast<Weight>(static_cast<std::size_t>(first) + offset)];
}

Spread mixture(const Weights& weights, Rows rows, double stated, bool some_unstated, double always) {
    const std::array<double, 3> factors{at(weights, rows.stated, 3), 1, at(weights, rows.stated, 4)};
    Spread out;
    for (std::size_t i = 0; i < (stated > 0 ? 3u : 1u); ++i) {
        const double share = stated > 0 ? at(weights, rows.stated, i) : 1;
        const double known = stated > 0 ? stated * factors[i] : 0;
        if (!some_unstated) {
            out.parts[out.count++] = {share, std::hypot(known, always)};
            continue;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out.parts[out.count++] = {share * at(weights, rows.unstated, k),
                                      std::hypot(known, at(weights, rows.unstated, 4 + k), always)};
        }
    }
    return out;
}

} // namespace

Spread place_spread(const Comparison& pair, const Weights& weights) {
    return mixture(weights, {Weight::place_sharp, Weight::place_exact}, pair.place_spread_m, pair.places_unstated > 0,
                   kEvent_m);
}

Spread time_spread(const Comparison& pair, const Weights& weights) {
    return mixture(weights, {Weight::time_sharp, Weight::time_minutes}, pair.time_spread_s, pair.times_unstated > 0,
                   std::hypot(kEvent_s, pair.time_width_s));
}

double density_2d(const Spread& spread, double distance_m) {
    double sum = 0;
    for (std::size_t i = 0; i < spread.count; ++i) {
        const double variance = spread.parts[i].sigma * spread.parts[i].sigma;
        sum += spread.parts[i].share / (2 * M_PI * variance) * std::exp(-distance_m * distance_m / (2 * variance));
    }
    return sum;
}

double density_1d(const Spread& spread, double apart_s) {
    double sum = 0;
    for (std::size_t i = 0; i < spread.count; ++i) {
        const double z = apart_s / spread.parts[i].sigma;
        sum += spread.parts[i].share / (std::sqrt(2 * M_PI) * spread.parts[i].sigma) * std::exp(-z * z / 2);
    }
    return sum;
}

std::size_t place_name_level(const Comparison& pair) {
    constexpr float kSame = 0.85f, kAlike = 0.55f;
    return pair.place_likeness >= kSame ? 0 : pair.place_likeness >= kAlike ? 1 : 2;
}

} // namespace layers::fuse
