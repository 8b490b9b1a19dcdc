// One agency's immutable statement about what happened. Counts, never names; trafficking (0204) and smuggling of
// migrants (08051) are two separate blocks that no total adds.
//
// A row shows the picture of today: the original and, over it, what its owner appended (statements.hpp); each
// statement is kept in the row, and every version in the history. A withdrawn report stays in items, counts and tiles,
// marked by `withdrawn`: nothing leaves the picture of an operations room unseen. Who wants it without them asks for
// `withdrawn=false`, as each analysis does.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer reports() {
    using namespace fields;
    const std::vector<std::string> status{"suspected", "confirmed", "ruled_out"};
    Layer layer = make_layer(
        "reports", "Reports", GeometryKind::point,
        {
            required(choice("kind", "Kind", {"crossing", "crossing_attempt", "som",        "tip",         "abduction",
                                             "goods",    "narcotics",        "precursors", "arms",        "fuel",
                                             "document", "fence_breach",     "attack",     "ied",         "distress",
                                             "death",    "missing",          "sighting",   "deportation", "mass_return",
                                             "offload"})),
            text("iccs_code", "ICCS code", "0204 trafficking in persons, 08051 smuggling of migrants"),
            choice("tip_status", "Trafficking in persons", status),
            choice("tip_scope", "Trafficking scope", {"internal", "cross_border"}),
            choice("som_status", "Smuggling of migrants", status),
            choice("direction", "Direction", {"in", "out", "internal", "unknown"}),
            choice("attempt", "Attempt or actual", {"attempt", "actual"}),
            choice("transport", "Transport",
                   {"foot", "animal", "motorcycle", "car", "pickup", "truck", "bus", "container", "rail", "boat", "air",
                    "unknown"}),
            choice("detected_by", "Detected by", {"check_post", "patrol", "sensor", "public", "partner", "rescue"}),
            json("commodities", "Commodities"),
            with(json("persons", "Persons", "Counts only: nationality and its basis, sex, age band, role"),
                 AccessClass::need_to_know),
            not_negative(integer("count_min", "Persons, at least")),
            not_negative(integer("count_max", "Persons, at most")),
            with(json("casualties", "Casualties", "dead, missing_min, survivors, cause"), AccessClass::need_to_know),
            with(json("referral", "Referral", "To shelter, asylum, legal aid, medical"), AccessClass::need_to_know),
            choice("sar_phase", "Search and rescue phase", {"none", "uncertainty", "alert", "distress"}),
            text("response", "Response"),
            choice("impact", "Impact", {"low", "medium", "high", "critical"}),
            text_list("jurisdictions", "Jurisdictions"),
            text("place", "Place as stated"),
            by_server(choice("validation", "Validation", {"validated", "disputed"},
                             "The owner agency's newest; what others say is among the statements")),
            by_server(
                boolean("withdrawn", "Withdrawn", "The owner took it back; it stays to be read, and to be counted")),
            by_server(
                with(json("statements", "Statements",
                          "Appended to the report, in their order: id, type, at, agency, reason, and what each says"),
                     AccessClass::agency)),
            by_server(with(json("statement_details", "Restricted parts of statements",
                                "By id of the statement: changes of fields that are need to know"),
                           AccessClass::need_to_know)),
            by_server(with(json("sealed", "Sealed numbers",
                                "Telephone and identity numbers out of a report of distress, death or missing persons; "
                                "each ends after 30 days"),
                           AccessClass::sealed)),
        });
    layer.description = "Immutable statements of agencies; corrections are appended, never written over.";
    layer.change = ChangeRule::statements;
    return layer;
}

} // namespace layers
