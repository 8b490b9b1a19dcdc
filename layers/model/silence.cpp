// Where an agency's reporting stopped, is late, or never was: a layer of its own, so that an empty stretch of the map
// is never taken for a safe one. Derived: each group of callers has it from the reports, check posts and patrols that
// it may see (layers/fuse/silence). One row an agency and area; there is no row, and no colour, that says "safe".
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer silence() {
    using namespace fields;
    Layer layer = make_layer(
        "silence", "Silence", GeometryKind::line,
        {text("name", "Area", "Section and kilometres, or off the line"),
         not_negative(number("from_m", "From", "m", "Distance along the section")),
         not_negative(number("to_m", "To", "m", "Distance along the section")),
         choice("status", "Status", {"reporting", "quiet", "silent", "never"},
                "quiet: fewer than usual, or too few to know what is usual; silent: so long a silence had a chance "
                "below 1 in 100; never: the agency has a post or patrols there and no report is known"),
         text("said", "In words"), instant("last_report", "Last report", "What the newest report tells of"),
         not_negative(number("silent_h", "Silent for", "h")),
         not_negative(number("usual_interval_h", "Usual interval", "h", "Median between one report and the next")),
         not_negative(integer("reports", "Reports in the window", "1")),
         not_negative(integer("habit_reports", "Reports that make the habit", "1")),
         not_negative(
             number("rate_per_day", "Usual rate", "1/d", "Drawn towards the agency's mean where they are few")),
         not_negative(number("expected", "Expected since the last one", "1", "Handed in by now at the usual rate")),
         not_negative(number("probability", "Chance of such a silence", "1", "If the usual rate still held")),
         choice("lateness", "Lateness", {"known", "too_few", "imported_at_once"},
                "imported_at_once: an archive was loaded, nobody knows when its reports were handed in"),
         not_negative(number("late_median_h", "Median delay", "h")),
         not_negative(number("late_p90_h", "Delay of the slowest tenth", "h", "90 % came within it")),
         not_negative(number("late_share", "Share later than 72 h", "1")),
         not_negative(integer("check_posts", "Check posts here", "1", "Of this agency")),
         not_negative(integer("patrols", "Patrols here", "1", "Of this agency, in the window"))});
    layer.description = "Late, missing and stopped reporting by agency and 50 km of border, against the agency's own "
                        "habit. Few reports are not few events. Rescue reports are not looked at.";
    layer.derived = true;
    return layer;
}

} // namespace layers
