// A scored pair as JSON, as everybody who tells of one writes it.
#pragma once

#include "layers/fuse/score.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace layers::fuse {

// {a, b, score, probability, decision, terms: [{name, bits, said}]}; numbers to four decimals.
nlohmann::json pair_json(const Assessed& assessed, const std::vector<Term>& terms);

} // namespace layers::fuse
