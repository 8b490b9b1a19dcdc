// What kills on the routes.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer hazards() {
    using namespace fields;
    Layer layer = make_layer("hazards", "Hazards", GeometryKind::any,
                             {text("name", "Name"),
                              required(choice("kind", "Kind",
                                              {"water", "heat", "cold", "minefield", "flood", "earthquake", "snake",
                                               "drop", "sea", "death_cluster"})),
                              text("season", "Season"), choice("severity", "Severity", {"low", "medium", "high"})});
    layer.description = "Dangers of the ground, the season and the sea.";
    return layer;
}

} // namespace layers
