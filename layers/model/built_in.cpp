#include "layers/model/built_in.hpp"

namespace layers {

const std::vector<Layer>& built_in_layers() {
    static const std::vector<Layer> table{
        border_sections(), disputed_lines(), fence_segments(),  crossing_points(),  check_posts(),
        crossing_routes(), patrol_tracks(),  observed_tracks(), reports(),          hazards(),
        facilities(),      places(),         judgements(),      event_statements(), alerts(),
    };
    return table;
}

const std::vector<Layer>& derived_layers() {
    static const std::vector<Layer> table{events(), silence()};
    return table;
}

} // namespace layers
