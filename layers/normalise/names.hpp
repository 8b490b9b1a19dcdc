// How a column's name becomes a field's. Private to this room.
#pragma once

#include <string>
#include <string_view>

namespace layers::normalise {

// "shapeName", "Valid From", "ISO_A3" -> "shape_name", "valid_from", "iso_a3"; empty when no letter or digit of ASCII
// is in it.
std::string snake_case(std::string_view name);

} // namespace layers::normalise
