// Where agencies check people and goods.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer check_posts() {
    using namespace fields;
    Layer layer = make_layer(
        "check_posts", "Check posts", GeometryKind::point,
        {required(text("name", "Name")), text_list("aliases", "Other names"),
         choice("point_type", "Type", {"airport", "wharf", "check_post", "dry_port", "coastal", "border_customs"}),
         choice("fixity", "Fixed or floating", {"fixed", "floating"}), text("hours", "Hours"),
         text_list("functions", "Functions"), text_list("present_agencies", "Agencies present"),
         boolean("staffed", "Staffed"), text("stated_district", "District as the source states it"),
         text("located_district", "District it lies in"),
         choice("status", "Place found", {"located", "ambiguous", "weak", "not_located"},
                "not_located: the source names it, no open source places it"),
         text("place_source", "Source of the place"), text("source", "Source that names it"), text("note", "Note")});
    layer.description = "Check posts of the agencies; those no source places are listed without a position.";
    return layer;
}

} // namespace layers
