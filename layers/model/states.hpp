// Appended states (fences, crossing points): which one held at a time. A JSON list of statements, each with `state` and
// `observed_at`; the order in the list does not matter.
#pragma once

#include "geo/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace layers {

// The state of the last statement observed at or before t; nothing when there is none or the text is no such list.
std::optional<std::string> state_at(std::string_view states_json, geo::Instant t);

} // namespace layers
