// Directed lines of the border, Pakistan on the right, km 0 at a named tripoint. Drawing one is no statement about it.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer border_sections() {
    using namespace fields;
    Layer layer =
        make_layer("border_sections", "Border sections", GeometryKind::line,
                   {
                       required(text("name", "Name")),
                       choice("kind", "Kind", {"land", "coast"}),
                       choice("neighbour", "Neighbour", {"AFG", "IRN", "IND", "CHN", "sea"}),
                       text("sector", "Sector"),
                       number("measured_length_m", "Measured length", "m", "On the WGS 84 ellipsoid"),
                       json("declared", "Declared lengths", "List of km, source and year; never a measurement"),
                       boolean("disputed", "Disputed", "Drawn as such; the source is named"),
                       json("bridged", "Bridged gaps", "Pieces that no source drew: from_m, to_m"),
                       choice("impact", "Impact level", {"low", "medium", "high", "critical"}),
                       instant("impact_until", "Impact until", "Critical is temporary"),
                       text("km0", "Kilometre 0", "Where the distance along the section starts"),
                       text("line_source", "Source of the line"),
                   });
    layer.description = "Directed border lines, clockwise, with measured beside declared lengths.";
    layer.reference = true;
    layer.attribution = "Border lines © OpenStreetMap contributors (ODbL)";
    return layer;
}

} // namespace layers
