// Candidates that exclude each other: what the others take from a pair's score. Private to this room.
#pragma once

#include "layers/fuse/score.hpp"

#include <utility>
#include <vector>

namespace layers::fuse {

// Bits, <= 0, one for each pair; `all` sorted by (a, b), scored alone, `reports` beside it.
std::vector<float> bits_of_rivals(const std::vector<Assessed>& all,
                                  const std::vector<std::pair<const Report*, const Report*>>& reports);

} // namespace layers::fuse
