// Rules as data: what needs someone, said as a filter over the rows of one collection. A new rule is one row of the
// table in rules.cpp. The filter is CQL2, with the one evaluator that every filter has; the sentence is made of open
// fields alone, so that it tells nobody more of the subject than the subject itself does.
// Knows rows; no store, no caller.
#pragma once

#include "layers/query/expression.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layers::alert {

enum class Level { low, medium, high, critical };
const char* name(Level level);
std::optional<Level> level_from(std::string_view name);

// What is one cause. item: the row, whatever becomes of it. onset: each time that the row begins to match (a fence
// breached, repaired and breached again is two). due: the row with the time at which it became late, so that a new time
// is a new cause; looked at by a clock, not when the row changes.
enum class Cause { item, onset, due };
const char* name(Cause cause);

struct Rule {
    std::string id;
    std::string title;
    std::string collection;
    std::string filter; // CQL2 text
    Level level = Level::medium;
    bool distress = false;                // before all others, never filtered away, closed with a rescue outcome alone
    std::optional<int> acknowledge_min{}; // minutes until nobody's acknowledging escalates it
    Cause cause = Cause::item;
    std::string due{};                    // of Cause::due: an instant field, or "states/MEMBER": the newest state's
    std::optional<int> no_older_than_h{}; // what was longer ago when it was told (an archive) is history, no alert
    std::string said; // "… {field} …"; a part in [ ] is left out where one of its fields is empty
};

// The built-in rules, distress first.
const std::vector<Rule>& built_in_rules();

// A rule bound to its layer. Immutable, thread-safe.
class BoundRule {
public:
    // `visible`: the fields that exist for whoever asks. Error{invalid_input}: the filter or the sentence names a field
    // that does not exist, or the sentence one that is not open.
    BoundRule(const Rule& rule, const Layer& layer, const std::vector<bool>& visible);
    const Rule& rule() const { return rule_; }
    const Layer& layer() const { return layer_; }
    const query::ExpressionPtr& filter() const { return filter_; }
    bool matches(const Record& row) const;
    // When the row is or was late; nothing where it says no time.
    std::optional<geo::Instant> due(const Record& row) const;
    // Whether it is too long ago, seen at `when`. What says no time is of its moment.
    bool is_history(const Record& row, geo::Instant when) const;
    std::string said(const Record& row) const;

private:
    Rule rule_;
    Layer layer_;
    query::ExpressionPtr filter_;
};

// All rules, bound with every field, by collection. Immutable, thread-safe.
class Rules {
public:
    explicit Rules(const std::vector<Rule>& rules = built_in_rules(), const Catalogue& catalogue = {});
    const std::vector<BoundRule>& all() const { return all_; }
    std::vector<const BoundRule*> on(std::string_view collection) const; // those that the log raises
    const BoundRule* find(std::string_view id) const;                    // null: no such rule

private:
    std::vector<BoundRule> all_;
};

} // namespace layers::alert
