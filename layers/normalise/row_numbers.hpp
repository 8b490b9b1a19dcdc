// People's telephone and identity numbers in the texts of one row: refused, or in a rescue report moved into the sealed
// field. Knows the model; private_number.cpp knows what such a number looks like.
#pragma once

#include "layers/normalise/normalise.hpp"

namespace layers::normalise {

// In every text that a client sets in our own layers. Not in source_ref, whose form the owner's system decides, and not
// in a layer made from a file, whose columns may be codes of any length: there in the remarks alone.
// -> a note a field, without its line; a rejected one takes the row with it.
std::vector<Note> keep_numbers_apart(const Layer& layer, Record& record, std::optional<std::size_t> kind_field);

} // namespace layers::normalise
