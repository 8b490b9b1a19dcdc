// Two kinds of tracks that must never be mixed: where our patrols went, and where others were seen to move. Only the
// second may propose routes and corridors.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer patrol_tracks() {
    using namespace fields;
    Layer layer =
        make_layer("patrol_tracks", "Patrol tracks", GeometryKind::line,
                   {text("name", "Name"), choice("patrol_type", "Type", {"foot", "vehicle", "boat", "air", "mixed"}),
                    text("objective", "Objective"), choice("status", "Status", {"planned", "done", "aborted"}),
                    json("legs", "Legs", "transport, start, end"), number("effort_km", "Effort", "km"),
                    number("effort_h", "Effort", "h"),
                    json("points", "Points", "Times, speeds, courses and accuracies of the vertices (MF-JSON)")});
    layer.description = "Where patrols went, with effort.";
    for (auto& field : layer.fields)
        if (field.name == "points") field.access = AccessClass::agency;
    return layer;
}

Layer observed_tracks() {
    using namespace fields;
    Layer layer = make_layer(
        "observed_tracks", "Observed tracks", GeometryKind::line,
        {text("name", "Name"), choice("observed_by", "Observed by", {"sensor", "sign", "device", "source"}),
         choice("mode", "Mode", {"foot", "animal", "motorcycle", "pickup", "truck", "bus", "boat", "unknown"}),
         choice("direction", "Direction", {"in", "out", "internal", "unknown"}),
         json("points", "Points", "Times and accuracies of the vertices (MF-JSON)")});
    layer.description = "Movements seen by sensor, sign, seized device or source: the only tracks that propose routes.";
    return layer;
}

} // namespace layers
