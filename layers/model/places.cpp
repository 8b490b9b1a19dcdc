// Towns for orientation.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer places() {
    using namespace fields;
    Layer layer = make_layer("places", "Places", GeometryKind::point,
                             {required(text("name", "Name")), text("name_ur", "Name in Urdu"),
                              choice("kind", "Kind", {"city", "town", "village", "airport", "port"}),
                              integer("population", "Population"), text("country", "Country"),
                              integer("rank", "Rank", {}, "1 shows first")});
    layer.description = "Towns, airports and ports for orientation.";
    layer.reference = true;
    layer.attribution = "Places: GeoNames (CC BY 4.0), OurAirports, Natural Earth";
    return layer;
}

} // namespace layers
