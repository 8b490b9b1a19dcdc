// How good predicted pairs are against true ones: pairwise, without closure. Knows ids and probabilities only.
#pragma once

#include "layers/fuse/score.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace layers::fuse {

using IdPair = std::pair<geo::Uuid, geo::Uuid>; // the smaller id first

struct Evaluation {
    std::size_t predicted = 0, truth = 0, right = 0;       // pairs
    double precision = 0, recall = 0, f1 = 0;              // 0 where nothing is predicted or true
    std::size_t predicted_clusters = 0, true_clusters = 0; // of all reports, those alone among them
    std::size_t unknown_truth = 0; // true pairs with a report that isn't there; they count as missed
};

// A pair is predicted at a probability of at least `from`; `truth` each once; `reports` each once.
Evaluation evaluate(const std::vector<Assessed>& pairs, const std::vector<IdPair>& truth,
                    const std::vector<geo::Uuid>& reports, double from = 0.5);

} // namespace layers::fuse
