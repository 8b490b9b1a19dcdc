// How each layer is drawn, as one table: map styles, legends and printed keys all come from it. Never colour alone: two
// classes of a layer always differ in shape, dash or width too, and the colours stay apart for colour-blind readers
// (palette after Okabe and Ito, "Color Universal Design", 2008).
// Knows the layers' fields and the icons' names; must not know MapLibre, tiles or HTTP.
#pragma once

#include "layers/model/layer.hpp"

#include <string>
#include <vector>

namespace layers {

// Sources of a map: reference data never asks for a time, the others do; each group is one tile request.
enum class SymbolGroup { reference, ground, movement, reports };
const char* name(SymbolGroup group);
const char* title(SymbolGroup group);

struct Colour {
    const char* light; // on a pale map, "#rrggbb"
    const char* dark;  // on a dark map
};

struct Condition { // the field's value is one of these; booleans are "true" and "false", a missing value is ""
    std::string field;
    std::vector<std::string> values;
};

// One kind of thing within a layer. The first class with a condition that holds draws the feature; a class without
// conditions takes what is left.
struct SymbolClass {
    std::string title;
    std::vector<Condition> any_of;
    Colour colour{};
    std::string icon;         // of a point, or repeated along a line; a name in web/icons.json
    double size = 1;          // of the icon, 1 = 24 pixels
    double width = 2;         // of a line, pixels
    std::vector<double> dash; // in line widths; empty: solid
    bool urgent = false;      // above everything, never clustered away, hidden by no switch and no time
};

// A second, independent sign around a point: impact, a place that is not certain, a closed crossing.
struct Emphasis {
    std::string title;
    Condition when;
    Colour colour{};
    std::string icon;
    double size = 1;
};

struct Symbology {
    std::string layer{};
    SymbolGroup group = SymbolGroup::ground;
    int order = 0; // small is drawn first, so below
    double min_zoom = 0;
    double label_min_zoom = 9;
    std::string label_field{};    // empty: no labels
    std::string label_field_ur{}; // a second line in Urdu, or empty
    std::string rank_field{};     // 1 is seen first, larger only from closer; empty: all at once
    std::vector<SymbolClass> classes{};
    std::vector<Emphasis> emphases{};
    std::string note{}; // a line under the legend
};

// Of the built-in layers, in drawing order.
const std::vector<Symbology>& built_in_symbology();

// Of the derived layer `silence`, in a file of its own.
Symbology silence_symbology();

// The layer's row, or one made up for a layer that came from a file: its own colour (by id, always the same), a plain
// mark of its geometry kind, and the first text field that looks like a name as label.
Symbology symbology_of(const Layer& layer);

} // namespace layers
