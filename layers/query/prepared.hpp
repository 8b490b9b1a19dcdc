// What `bind` works out once so that `evaluate` doesn't do it a million times. Only those two know it.
#pragma once

#include "layers/query/expression.hpp"
#include "layers/query/like.hpp"

#include <optional>
#include <vector>

namespace layers::query {

struct Prepared {
    std::optional<LikePattern> like;  // like
    std::vector<geo::Value> sorted;   // in: the list, when it is of literals; ordered by `order`
    geo::Box box;                     // spatial: of the literal operand; empty when there is none
    std::vector<geo::Box> rectangles; // spatial: the literal is exactly these boxes (BBOX, most of what a map sends)
};

} // namespace layers::query
