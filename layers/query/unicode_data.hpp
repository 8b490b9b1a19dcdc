// Tables of Unicode that CASEI and ACCENTI need, each sorted by code point. Only fold.cpp reads them.
#pragma once

#include <cstdint>
#include <span>

namespace layers::query {

struct FoldRange { // every `stride`-th code point of [first, last] folds to itself + delta
    char32_t first;
    char32_t last;
    std::uint8_t stride;
    std::int32_t delta;
};
struct FoldMany { // one code point that folds to several; unused places are 0
    char32_t from;
    char32_t to[3];
};
struct BaseRange { // [first, last] without their accents are `base`
    char32_t first;
    char32_t last;
    char32_t base;
};

std::span<const FoldRange> fold_ranges();
std::span<const FoldMany> fold_many();
std::span<const BaseRange> base_ranges();

} // namespace layers::query
