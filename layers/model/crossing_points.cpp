// Where the border is crossed, officially or not; open or closed is an appended state.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer crossing_points() {
    using namespace fields;
    Layer layer = make_layer(
        "crossing_points", "Crossing points", GeometryKind::point,
        {required(text("name", "Name")), text_list("aliases", "Other names"),
         choice("kind", "Kind", {"official", "unofficial", "historic"}),
         text("served_from", "Served from", "The town the source names"),
         text("stated_district", "District as the source states it"), text("located_district", "District it lies in"),
         text("terrain", "Terrain"), text("seasonality", "Season"),
         choice("state", "State", {"open", "restricted", "closed", "unknown"}),
         json("states", "States", "Appended statements: state, observed_at, reason, expected_reopening"),
         choice("status", "Place found", {"located", "ambiguous", "weak", "not_located"},
                "not_located: the source names it, no open source places it"),
         text("place_source", "Source of the place"), text("source", "Source that names it"), text("note", "Note")});
    layer.description =
        "Official and unofficial crossing points; those no source places are listed without a position.";
    layer.change = ChangeRule::states;
    return layer;
}

} // namespace layers
