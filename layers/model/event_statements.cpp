// What the operations room says about an event as a whole: its state. It is said of the report whose id the event bore,
// so that it survives every later judgement: an event has the newest state said of any of its members.
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer event_statements() {
    using namespace fields;
    Layer layer = make_layer("event_statements", "Statements about events", GeometryKind::none,
                             {
                                 required(text("event", "Event", "Its id, which is that of its oldest report")),
                                 required(choice("state", "State", {"open", "assigned", "closed", "did_not_happen"})),
                                 text("why", "Why"),
                                 by_server(text("said_by", "Account that said it")),
                             });
    layer.description = "States of events, as people set them.";
    layer.change = ChangeRule::statements;
    layer.internal = true;
    return layer;
}

} // namespace layers
