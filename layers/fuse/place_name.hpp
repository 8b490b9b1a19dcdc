// Names of places, compared over their spellings: case, accents, common words ("town", "district"), transliteration
// (Gawadar/Gwadar, Bella/Bela) and Arabic script. Knows texts only.
#pragma once

#include <string>
#include <string_view>

namespace layers::fuse {

// Words with single blanks between, folded, without the words that many places share; empty when nothing is left.
std::string place_key(std::string_view place);

// Of two keys: 0 nothing in common … 1 the same, by words; the words that only the longer one has count less.
// Symmetric; empty keys give 0.
double place_similarity(std::string_view key_a, std::string_view key_b);

} // namespace layers::fuse
