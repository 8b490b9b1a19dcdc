// The fields every row has (domain.md "Layers and fields"), in the order of layers::common.
#include "layers/model/fields.hpp"

namespace layers {

const std::vector<Field>& common_fields() {
    using namespace fields;
    static const std::vector<Field> table{
        text("agency", "Agency", "Code of the agency that owns the row; never changes"),
        text("unit", "Unit", "Unit of the agency"),
        text("source_ref", "Source reference", "Opaque reference into the owner's own system"),
        text("scenario_id", "Scenario", "Empty for the real world"),
        instant("valid_from", "Valid from", "From when it was so in the world"),
        instant("valid_to", "Valid to", "Until when it was so; empty while it still is"),
        by_server(instant("recorded_at", "Recorded at", "When this version was stored")),
        not_negative(
            number("time_precision_s", "Time precision", "s", "Half width of the interval the true time lies in")),
        not_negative(number("geo_precision_m", "Place precision", "m", "Radius the true place lies in")),
        choice("geo_method", "Place found by", {"gps", "map", "mgrs", "place", "estimated"}),
        by_server(text("section_id", "Border section", "Nearest border section within 100 km")),
        by_server(number("distance_along_m", "Distance along section", "m", "Chainage after ISO 19148")),
        by_server(number("offset_m", "Offset from section", "m", "Positive inside Pakistan (right of the line)")),
        choice("source_reliability", "Source reliability", {"A", "B", "C", "D", "E", "F"},
               "Admiralty grade of the source; F: can't be judged"),
        choice("info_credibility", "Information credibility", {"1", "2", "3", "4", "5", "6"},
               "Admiralty grade of the information; 6: can't be judged"),
        choice("handling", "Handling", {"H0", "H1", "H2", "H3"},
               "H0 free within the service, H1 not in court without the owner's word, H2 no onward sharing, "
               "H3 the owner decides each time"),
        with(text_list("releasable_to", "Releasable to", "Agencies beside the owner that may see the row"),
             AccessClass::agency),
        with(instant("retain_until", "Retain until"), AccessClass::agency),
        choice("nature", "Nature", {"observed", "declared", "estimated"}),
        with(text("remarks", "Remarks", "No names, identity or phone numbers"), AccessClass::agency),
    };
    static_assert(common::count == 20);
    return table;
}

} // namespace layers
