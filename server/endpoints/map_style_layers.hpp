// The drawing half of a map style: from rows of the symbology table to MapLibre layers, bottom first.
// Knows no request; map_style.cpp adds sources and legend.
#pragma once

#include "layers/model/symbology.hpp"
#include "server/endpoints/map_style.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace server {

struct Drawn {
    const layers::Layer* layer;
    layers::Symbology symbology;
};

constexpr const char* kUrgentSource = "urgent"; // the source of classes marked urgent
constexpr const char* kReliefSource = "relief";

std::string pick(const layers::Colour& colour, Theme theme);
// `drawn` in drawing order; `relief`: with a hillshade below.
nlohmann::json style_layers(const std::vector<Drawn>& drawn, Theme theme, bool relief);

} // namespace server
