// One alert as a value, its row in the store and back, and the steps that people take with it. The table of steps is
// the only place that says which state allows what. Knows rows of the layer `alerts`; no store, no caller: with_step()
// runs on the store's writer thread (Write::amend), so that two people's steps never cross.
#pragma once

#include "layers/alert/rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace layers::alert {

const Layer& alerts_layer();

struct Alert {
    geo::Uuid id;
    std::int64_t version = 0;
    std::string rule, cause;
    geo::Instant opened_at;
    std::optional<geo::Instant> acknowledge_by;
    Level level = Level::medium;
    bool distress = false;
    std::string collection; // of the subject
    geo::Uuid subject;
    std::string said;
    std::string state; // of the enumeration in model/alerts.cpp
    std::string assignee, outcome;
    std::string log = "[]";                 // JSON
    std::string agency, scenario, handling; // as the subject's: the strictest of one label
    geo::TextList releasable_to;
    geo::Geometry place;
};

// The same rule and cause, the same alert, whoever raises it and how often.
geo::Uuid alert_id(std::string_view rule, std::string_view cause);

Alert alert_of(const Record& row);
Record row_of(const Alert& alert);

// `a` stands before `b` in everybody's list: distress, then the higher level, then the older. Total: no two are equal.
bool before(const Alert& a, const Alert& b);

struct Step {
    std::string id;   // of this step, from whoever sends it: sent again it changes nothing; may be empty
    std::string name; // acknowledge, assign, escalate, close
    std::string agency, account;
    geo::Instant at;
    std::string why, to, outcome; // assign: to; close: outcome
};

// What an alert may be closed with; of distress it is what became of the people.
const std::vector<std::string>& outcomes(bool distress);
// Outcomes that leave it as it was need a reason.
bool needs_reason(std::string_view outcome);

// The row after the step. Error{conflict}: not from this state (the message says which it is in), or the log is full.
// Error{invalid_geometry} with a pointer: no outcome that such an alert has.
Record with_step(const Record& row, const Step& step);

} // namespace layers::alert
