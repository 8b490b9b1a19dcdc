// How far apart two reports of one event come to lie, in place and in time: mixtures of normal distributions, since a
// stated precision means different things to different people and is often missing. Private to this room.
#pragma once

#include "layers/fuse/compare.hpp"
#include "layers/fuse/weights.hpp"

#include <array>
#include <cstddef>

namespace layers::fuse {

// Parts of a mixture: of what is stated (sharp, as stated, wide), of what is not (four sizes), or each with each.
struct Spread {
    static constexpr std::size_t kMostParts = 12;
    struct Part {
        double share = 0;
        double sigma = 0; // m, s
    };
    std::array<Part, kMostParts> parts{};
    std::size_t count = 0;
};
Spread place_spread(const Comparison& pair, const Weights& weights);
Spread time_spread(const Comparison& pair, const Weights& weights);

// Density at a distance from the centre; per m² and per s.
double density_2d(const Spread& spread, double distance_m);
double density_1d(const Spread& spread, double apart_s);

// 0 the same name, 1 alike, 2 another; of a pair whose place_likeness says something.
std::size_t place_name_level(const Comparison& pair);

} // namespace layers::fuse
