// Which alerts there should be: out of changes of the log, and out of time that passes. Only says so; whoever calls
// writes. Exactly one alert a rule and cause, because its id is made of both and a write that finds it there leaves
// what people did with it alone: whatever is told twice, or again after a kill, raises nothing new.
#pragma once

#include "layers/alert/alert.hpp"
#include "layers/index/read_model.hpp"
#include "layers/store/store.hpp"

#include <span>
#include <vector>

namespace layers::alert {

// Of these changes. Each rule looks at the version that the change wrote, so that nothing is missed for having been
// corrected at once; what is said of the subject is as it stands now. Reads the store; its errors.
std::vector<store::Write> raised(const Rules& rules, const store::Store& store, std::span<const store::Change> changes);

// Of what is late at `now` and has no alert yet.
std::vector<store::Write> raised_by_clock(const Rules& rules, const index::ReadModel& model, geo::Instant now);

// Open alerts that nobody acknowledged in time are escalated.
std::vector<store::Write> escalated_by_clock(const index::ReadModel& model, geo::Instant now);

inline constexpr const char* kAccount = "sarhad"; // who, where no person did

} // namespace layers::alert
