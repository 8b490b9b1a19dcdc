// What CASEI and ACCENTI make of a text (OGC 21-065r2, 7.2 and 7.3).
#pragma once

#include <string>
#include <string_view>

namespace layers::query {

std::string fold_case(std::string_view text);     // Unicode full case folding: STRASSE = Straße
std::string strip_accents(std::string_view text); // base letters only, composed or not: é -> e, آ -> ا

} // namespace layers::query
