// Ways people and goods take across the border. No line is drawn without tracks or a source that gives one.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer crossing_routes() {
    using namespace fields;
    Layer layer = make_layer(
        "crossing_routes", "Crossing routes", GeometryKind::line,
        {required(text("name", "Name")), text("from_point", "From crossing point"),
         text("to_point", "To crossing point"),
         choice("mode", "Mode", {"foot", "animal", "motorcycle", "pickup", "truck", "bus", "boat", "mixed"}),
         choice("use", "Use", {"frequented", "unfrequented", "unknown"}),
         choice("derived", "Derived", {"reported", "inferred", "modelled"}),
         json("commodities", "Commodities", "With direction: trucks take people out and bring fuel back"),
         json("stages", "Stages"), text_list("hazards", "Hazards"), instant("last_confirmed", "Last confirmed"),
         text_list("evidence", "Evidence", "Ids of the tracks and reports it rests on")});
    layer.description = "Unofficial crossing routes, each resting on tracks or a source that gives a line.";
    return layer;
}

} // namespace layers
