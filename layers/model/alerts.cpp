// What needs someone now, and what was done about it. One row for each rule and cause; its versions are its life, `log`
// says who did what and why. No collection of its own: whoever may see its subject may see it, which no filter over
// the row itself can say (layers/alert/sight).
//
// Behind the purpose wall (domain.md): nothing but the screens of alerts reads these rows; they feed no analysis.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer alerts() {
    using namespace fields;
    Layer layer = make_layer(
        "alerts", "Alerts", GeometryKind::any,
        {
            required(text("rule", "Rule", "Id of the rule that raised it")),
            required(text("cause", "Cause", "With the rule unique: for one cause a rule raises one alert")),
            required(instant("opened_at", "Opened at")),
            instant("acknowledge_by", "Acknowledge by", "Else it is escalated"),
            required(choice("level", "Level", {"low", "medium", "high", "critical"})),
            required(boolean("distress", "Distress", "Someone is in danger: before all others, hidden by no filter")),
            required(text("subject_collection", "Subject's collection")),
            required(text("subject", "Subject", "Id of the item that it is about")),
            required(text("said", "What happened", "In a sentence, out of fields that are open")),
            required(choice("state", "State", {"open", "acknowledged", "assigned", "escalated", "closed"})),
            text("assignee", "Assigned to"),
            text("outcome", "Outcome"),
            json("log", "Log", "In its order: step, at, agency, account, and why, to, outcome where there is one"),
        });
    layer.description = "What the rules on the change log found, and what people did about it.";
    layer.internal = true;
    return layer;
}

} // namespace layers
