// Places that hold, shelter, treat or advise people. A shelter's exact place is need_to_know: access masks geometry
// too.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer facilities() {
    using namespace fields;
    Layer layer =
        make_layer("facilities", "Facilities", GeometryKind::point,
                   {required(text("name", "Name")),
                    required(choice("kind", "Kind", {"holding", "shelter", "clinic", "legal_aid"})),
                    not_negative(integer("capacity", "Capacity")), not_negative(integer("occupancy", "Occupancy"))});
    layer.description = "Holding places, shelters, clinics and legal aid.";
    return layer;
}

} // namespace layers
