// A map style for MapLibre, and others that read its style language, made from the symbology table. Everything a style
// points to is on this server. `metadata` carries the same table as a legend, so no client repeats it.
// Knows no request and no caller: who asks for a style hands in the layers that may be seen.
#pragma once

#include "layers/model/layer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace server {

enum class Theme { light, dark };

struct StyleQuestion {
    Theme theme = Theme::light;
    std::string base;               // "http://host:port" without a slash at the end
    std::string scenario;           // shown as a watermark; empty: the real world
    bool name_scenario = false;     // tiles must name it too: it isn't the server's own
    std::optional<geo::Box> relief; // where the server has heights, lon/lat; nothing: no relief
};

// The style document as JSON text. Pure.
std::string map_style(const std::vector<layers::Layer>& shown, const StyleQuestion& question);

} // namespace server
