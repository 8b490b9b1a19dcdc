// The --mapping of several verbs.
#pragma once

#include "layers/normalise/normalise.hpp"

#include <string>

namespace server::commands {

// A built-in mapping's name, else a file. Error{invalid_input} with the names that there are.
layers::normalise::Mapping mapping_named(const std::string& name);

} // namespace server::commands
