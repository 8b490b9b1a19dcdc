// What happened, put together from the reports of several agencies that people judged to be the same. Derived: each
// group of callers has the events of the reports that it may see and of no others (layers/fuse/picture).
//
// Behind the purpose wall (domain.md): reports of distress, death and missing persons form events of their own domain;
// a judgement that ties one to an event of enforcement is a link on the rescue side and changes nothing on the other.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer events() {
    using namespace fields;
    const Layer said = reports();
    const auto as_reported = [&](const char* name) {
        Field field = said.fields.at(*said.find(name));
        field.required = false;
        return field;
    };
    Layer layer = make_layer(
        "events", "Events", GeometryKind::point,
        {
            as_reported("kind"),
            text_list("kinds", "Kinds", "As its reports have it, where they differ"),
            choice("domain", "Domain", {"enforcement", "rescue"}, "Rescue feeds no enforcement"),
            choice("state", "State", {"open", "assigned", "closed", "did_not_happen"}),
            integer("reports", "Reports", "1", "That tell of it, withdrawn ones left out"),
            choice("told_by", "Told by", {"one_report", "one_agency", "several_agencies"},
                   "What is not taken back; several agencies corroborate each other, several reports of one do not"),
            integer("corroboration", "Independent agencies", "1", "Whose reports tell of it"),
            text_list("agencies", "Agencies"),
            text_list("members", "Members", "Ids of all its reports, the oldest first"),
            as_reported("impact"),
            as_reported("count_min"),
            as_reported("count_max"),
            as_reported("tip_status"),
            as_reported("tip_scope"),
            as_reported("som_status"),
            as_reported("direction"),
            as_reported("attempt"),
            as_reported("transport"),
            as_reported("place"),
            text("place_from", "Place taken from", "Id of the report with the best graded place"),
            text("place_reason", "Why this place"),
            text("time_from", "Time taken from", "Id of the report with the best graded time"),
            text("time_reason", "Why this time"),
            boolean("conflicting", "In conflict", "Its reports contradict each other, or a judgement about them does"),
            text_list("conflicts", "Conflicts", "In what its reports contradict each other"),
            text_list("contested", "Contested", "Pairs judged the same that a judgement `different` keeps apart"),
            boolean("withdrawn", "Withdrawn", "Every report of it was taken back"),
            text("split_from", "Split from", "Id of the event that its reports were taken out of"),
            text_list("links", "Linked events", "Of a rescue event: events of enforcement it was judged to belong to"),
        });
    layer.description =
        "Reports of one or several agencies that tell of the same; place and time from the best graded.";
    layer.change = ChangeRule::statements;
    layer.derived = true;
    return layer;
}

} // namespace layers
