// One function a layer, each in a file of its own; built_in.cpp is the explicit table of them.
#pragma once

#include "layers/model/layer.hpp"

namespace layers {

Layer border_sections();
Layer disputed_lines();
Layer places();
Layer check_posts();
Layer crossing_points();
Layer crossing_routes();
Layer fence_segments();
Layer patrol_tracks();
Layer observed_tracks();
Layer reports();
Layer hazards();
Layer facilities();
Layer judgements();
Layer event_statements();
Layer alerts();

Layer events();
Layer silence();

} // namespace layers
