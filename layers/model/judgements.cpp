// What people decided about pairs of reports. Append-only: for a pair the newest counts, and taking one back is one
// more. No collection of its own: whoever may see both reports of a pair may see what was judged about them, which no
// filter over a single row can say (layers/fuse/picture).
#include "layers/model/built_in.hpp"
#include "layers/model/fields.hpp"

namespace layers {

Layer judgements() {
    using namespace fields;
    Layer layer = make_layer("judgements", "Judgements", GeometryKind::none,
                             {
                                 required(text("a", "One report", "Its id; the smaller of the two")),
                                 required(text("b", "The other report", "Its id")),
                                 required(choice("verdict", "Verdict", {"same", "different", "unsure", "none"},
                                                 "Whether both tell of one event; none: as if nobody had judged")),
                                 text("why", "Why"),
                                 by_server(text("judged_by", "Account that judged")),
                             });
    layer.description = "Whether two reports tell of the same event, as people decided.";
    layer.change = ChangeRule::statements;
    layer.internal = true;
    return layer;
}

} // namespace layers
