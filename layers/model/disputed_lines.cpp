// Lines that states do not agree on, drawn as disputed with their source named.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer disputed_lines() {
    using namespace fields;
    Layer layer =
        make_layer("disputed_lines", "Disputed lines", GeometryKind::line,
                   {required(text("name", "Name")), text("note", "Note"), text("line_source", "Source of the line")});
    layer.description = "Lines of control and other disputed lines. Drawing a line is no statement about it.";
    layer.reference = true;
    layer.attribution = "Disputed lines: Natural Earth";
    return layer;
}

} // namespace layers
