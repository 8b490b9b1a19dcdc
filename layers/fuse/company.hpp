// What third reports say about a pair: whoever is the same as one of the two is the same as the other, or the pair is
// not. Private to this room.
#pragma once

#include "layers/fuse/score.hpp"

#include <utility>
#include <vector>

namespace layers::fuse {

// Bits, one for each pair; `all` sorted by (a, b), scored with their rivals, `reports` beside it.
std::vector<float> bits_of_company(const std::vector<Assessed>& all,
                                   const std::vector<std::pair<const Report*, const Report*>>& reports);

} // namespace layers::fuse
