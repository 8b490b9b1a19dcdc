// The table of built-in rules. Times to acknowledge are assumed, not taken from a source: a service sets its own.
#include "layers/alert/rule.hpp"

namespace layers::alert {

const std::vector<Rule>& built_in_rules() {
    constexpr const char* kNotWithdrawn = "(withdrawn IS NULL OR withdrawn = FALSE)";
    static const std::vector<Rule> table{
        {.id = "distress",
         .title = "Somebody is in distress",
         .collection = "reports",
         .filter = std::string{"(kind = 'distress' OR sar_phase IN ('uncertainty', 'alert', 'distress')) AND "} +
                   kNotWithdrawn,
         .level = Level::critical,
         .distress = true,
         .acknowledge_min = 5,
         .no_older_than_h = 30 * 24,
         .said = "Distress[ at {place}][: at least {count_min} persons][, at most {count_max}][, by {transport}]"
                 "[, phase {sar_phase}][, at {valid_from}]."},
        {.id = "critical_report",
         .title = "A report of critical impact",
         .collection = "reports",
         .filter = std::string{"impact = 'critical' AND "} + kNotWithdrawn,
         .level = Level::critical,
         .acknowledge_min = 15,
         .no_older_than_h = 7 * 24,
         .said = "Critical impact: {kind}[ at {place}][, at least {count_min} persons][, at most {count_max}]"
                 "[, at {valid_from}]."},
        {.id = "fence_breached",
         .title = "A fence is breached",
         .collection = "fence_segments",
         .filter = "state = 'breached'",
         .level = Level::high,
         .acknowledge_min = 60,
         .cause = Cause::onset,
         .said =
             "Breached: {name|a stretch}[ ({fence_type})][ on section {section}][, from {from_m} m][ to {to_m} m]."},
        {.id = "fence_repair_overdue",
         .title = "A fence is not repaired in time",
         .collection = "fence_segments",
         .filter = "state IN ('breached', 'damaged', 'under_repair')",
         .level = Level::medium,
         .cause = Cause::due,
         .due = "states/repair_due",
         .said = "Still {state}: {name|a stretch}[ ({fence_type})][ on section {section}][, from {from_m} m][ to "
                 "{to_m} m], "
                 "to be repaired by {due}."},
        {.id = "patrol_overdue",
         .title = "A patrol is overdue",
         .collection = "patrol_tracks",
         .filter = "status = 'planned'",
         .level = Level::high,
         .acknowledge_min = 30,
         .cause = Cause::due,
         .due = "valid_to",
         .no_older_than_h = 72,
         .said = "Overdue: patrol[ {name}][ of {unit}][, {patrol_type}], to be back by {due}."},
        {.id = "facility_full",
         .title = "A facility holds more than it can",
         .collection = "facilities",
         .filter = "occupancy > capacity",
         .level = Level::high,
         .acknowledge_min = 120,
         .cause = Cause::onset,
         .said = "{name} ({kind}): {occupancy} persons where there is room for {capacity}."},
    };
    return table;
}

} // namespace layers::alert
