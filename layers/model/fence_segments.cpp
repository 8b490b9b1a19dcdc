// What stands on the border: a piece of a section between two chainages, with appended states.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer fence_segments() {
    using namespace fields;
    Layer layer = make_layer(
        "fence_segments", "Fence segments", GeometryKind::line,
        {text("name", "Name"), text("section", "Section", "Border section it stands on"),
         not_negative(number("from_m", "From", "m", "Distance along the section")),
         not_negative(number("to_m", "To", "m", "Distance along the section")),
         choice("fence_type", "Type", {"fence", "trench", "wall", "gate", "natural"}),
         choice("state", "State",
                {"planned", "under_construction", "intact", "damaged", "breached", "under_repair", "decommissioned"}),
         json("states", "States", "Appended statements: state, observed_at, cause, repair_due, repaired_at")});
    layer.description = "Fence, trench, wall and gates by section and chainage, with their states over time.";
    layer.change = ChangeRule::states;
    return layer;
}

} // namespace layers
