// A map style for MapLibre, and others that read its style language, made from the symbology table. Everything a style
// points to is on this server. `metadata` carries the same table as a legend, so no client repeats it.
// Knows no request and no caller: who asks for a style hands in the layers that may be seen.
#pragma once

#include "layers/model/layer.hpp"

#include <string>
#include <vector>

namespace server {

enum class Theme { light, dark };

// The style document as JSON text. `base`: "http://host:port" without a slash at the end. `scenario`: empty for the
// real world, else named in the metadata as the watermark. Pure.
std::string map_style(const std::vector<layers::Layer>& shown, Theme theme, const std::string& base,
                      const std::string& scenario);

} // namespace server
