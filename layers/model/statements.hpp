// Statements appended to a row that is itself never changed: how they are kept, and what the row shows after them.
// Reports: `statements` is the list in the order of arrival, and the row's own fields are the fold of it over the
// original. A correction keeps each field's value before and after, so the original can be read from the row alone; of
// need_to_know fields it does so in `statement_details`, since a column is masked as a whole. Who graded or validated
// beside the owner is listed and changes no field. Fences and crossing points: `states`, of which the newest observed
// is the current one (states.hpp). Knows rows; no request, no store: these functions run on the store's
// writer thread (Write::amend).
#pragma once

#include "layers/model/layer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace layers {

// A list is read, written and sent with its row, so it can't grow for ever.
inline constexpr std::size_t kMostStatements = 1000;
inline constexpr std::size_t kMostStatementBytes = 16'384; // one statement

struct Setting {
    std::size_t ordinal = 0;
    geo::Value value;
};

struct Statement {
    std::string entry;                  // JSON as it is kept, without `at` and `changes`; with `id` and `type`
    std::vector<Setting> changes;       // of a correction: told in the list
    std::optional<geo::Geometry> place; // the same
    geo::Value numbers;                 // of people, taken out of its texts (sealed.hpp)
    std::vector<Setting> consequences;  // set without being told again: grades, chainage, withdrawn
};

// The row after the statement; `current` itself when the statement is there already. Error{conflict}: its id is taken
// by another statement. Error{too_large}: the list is full. Error{invalid_geometry} with a pointer: together with what
// others have said meanwhile, the row doesn't fit its layer.
Record with_statement(const Layer& layer, const Record& current, const Statement& statement);

// One more state (a JSON object with `state` and `observed_at`); errors as above.
Record with_state(const Layer& layer, const Record& current, const std::string& entry);

// The same row, told again by its owner (a lost answer, a file imported once more): what was appended since stays.
// Content that differs from what was told before is, with `correct`, the row's next correction (reports) or its new
// content (all others); without it the row is returned as it was told, for the store to refuse.
Record told_again(const Layer& layer, const Record& current, Record told, bool correct);

} // namespace layers
