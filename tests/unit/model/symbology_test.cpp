// The symbology table against the layers it draws, the icons it names, and eyes that see fewer colours.
#include "layers/model/symbology.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <set>
#include <string>

namespace {

using layers::Condition;
using layers::Layer;
using layers::SymbolClass;
using layers::Symbology;

nlohmann::json icons() {
    std::ifstream in(SARHAD_SOURCE_DIR "/web/icons.json");
    return nlohmann::json::parse(in);
}

// Every layer that is drawn: what is stored and what is made from it, but for what is no collection.
std::vector<Layer> drawn_layers() {
    std::vector<Layer> all;
    for (const auto* table : {&layers::built_in_layers(), &layers::derived_layers()})
        std::ranges::copy_if(*table, std::back_inserter(all), [](const Layer& layer) { return !layer.internal; });
    return all;
}

const Layer& layer_of(const Symbology& row) {
    static const auto all = drawn_layers();
    return *std::ranges::find(all, row.layer, &Layer::id);
}

void expect_known(const Layer& layer, const Condition& condition) {
    const auto ordinal = layer.find(condition.field);
    ASSERT_TRUE(ordinal) << layer.id << " has no " << condition.field;
    const auto& field = layer.fields[*ordinal];
    for (const auto& value : condition.values) {
        if (value.empty()) continue; // a missing value
        if (field.type == layers::FieldType::boolean)
            EXPECT_TRUE(value == "true" || value == "false") << layer.id << '.' << field.name;
        else
            EXPECT_TRUE(std::ranges::count(field.values, value))
                << layer.id << '.' << field.name << " is never " << value;
    }
}

struct Rgb {
    double r, g, b; // linear light, 0..1
};

Rgb linear(const char* hex) {
    const auto channel = [&](int at) {
        const double v = std::stoi(std::string(hex + at, 2), nullptr, 16) / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return {channel(1), channel(3), channel(5)};
}

double luminance(const Rgb& c) {
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

// WCAG 2.2, "contrast ratio".
double contrast(const char* a, const char* b) {
    const double la = luminance(linear(a));
    const double lb = luminance(linear(b));
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

TEST(Symbology, DrawsEveryBuiltInLayer) {
    EXPECT_EQ(layers::built_in_symbology().size(), drawn_layers().size());
    for (const auto& layer : drawn_layers()) EXPECT_EQ(layers::symbology_of(layer).layer, layer.id);
}

TEST(Symbology, NamesOnlyFieldsAndValuesThatTheLayerHas) {
    for (const auto& row : layers::built_in_symbology()) {
        const auto& layer = layer_of(row);
        for (const auto& name : {row.label_field, row.label_field_ur, row.rank_field})
            EXPECT_TRUE(name.empty() || layer.find(name)) << row.layer << '.' << name;
        for (const auto& symbol : row.classes)
            for (const auto& condition : symbol.any_of) expect_known(layer, condition);
        for (const auto& emphasis : row.emphases) expect_known(layer, emphasis.when);
    }
}

TEST(Symbology, LeavesNoFeatureUndrawn) {
    for (const auto& row : layers::built_in_symbology()) {
        ASSERT_FALSE(row.classes.empty()) << row.layer;
        EXPECT_TRUE(row.classes.back().any_of.empty()) << row.layer << " needs a last class that takes what is left";
        for (std::size_t i = 0; i + 1 < row.classes.size(); ++i)
            EXPECT_FALSE(row.classes[i].any_of.empty())
                << row.layer << ": " << row.classes[i].title << " hides the rest";
    }
}

TEST(Symbology, NamesOnlyIconsThatAreDrawn) {
    const auto drawn = icons();
    for (const auto& row : layers::built_in_symbology()) {
        const bool points = layer_of(row).geometry != layers::GeometryKind::line;
        for (const auto& symbol : row.classes) {
            EXPECT_TRUE(symbol.icon.empty() ? !points : drawn.contains(symbol.icon))
                << row.layer << ": " << symbol.title;
        }
        for (const auto& emphasis : row.emphases) EXPECT_TRUE(drawn.contains(emphasis.icon)) << emphasis.icon;
    }
}

TEST(Symbology, NeverTellsTwoClassesApartByColourAlone) {
    for (const auto& row : layers::built_in_symbology()) {
        std::set<std::string> shapes;
        for (const auto& symbol : row.classes) {
            std::string shape = symbol.icon;
            if (layer_of(row).geometry == layers::GeometryKind::line)
                for (const double part : symbol.dash) shape += ' ' + std::to_string(part);
            EXPECT_TRUE(shapes.insert(shape).second)
                << row.layer << ": " << symbol.title << " looks like another class";
        }
    }
}

TEST(Symbology, StandsOutOfTheMapInLightAndDark) { // WCAG 2.2, 1.4.11: 3:1 for graphics
    for (const auto& row : layers::built_in_symbology())
        for (const auto& symbol : row.classes) {
            EXPECT_GE(contrast(symbol.colour.light, "#eef1f3"), 3.0) << row.layer << ": " << symbol.title;
            EXPECT_GE(contrast(symbol.colour.dark, "#141b23"), 3.0) << row.layer << ": " << symbol.title;
        }
}

TEST(Symbology, KeepsDistressUrgentAndItsColourToItself) {
    std::string red;
    for (const auto& row : layers::built_in_symbology())
        for (const auto& symbol : row.classes)
            if (symbol.urgent) {
                EXPECT_EQ(row.layer, "reports");
                red = symbol.colour.light;
                const auto by_kind = std::ranges::find(symbol.any_of, "kind", &Condition::field);
                ASSERT_NE(by_kind, symbol.any_of.end());
                EXPECT_EQ(by_kind->values, std::vector<std::string>{"distress"});
            }
    ASSERT_FALSE(red.empty());
    for (const auto& row : layers::built_in_symbology())
        for (const auto& symbol : row.classes)
            EXPECT_EQ(red == symbol.colour.light, symbol.urgent) << row.layer << ": " << symbol.title;
}

TEST(Symbology, DisputedLinesAreDashedAndSayWhoseTheyAre) {
    for (const auto& row : layers::built_in_symbology()) {
        if (row.layer == "disputed_lines") {
            for (const auto& symbol : row.classes) EXPECT_FALSE(symbol.dash.empty());
            EXPECT_FALSE(row.note.empty());
            EXPECT_FALSE(layer_of(row).attribution.empty());
        }
        if (row.layer == "border_sections") {
            ASSERT_FALSE(row.classes.front().any_of.empty());
            EXPECT_EQ(row.classes.front().any_of.front().field, "disputed");
            EXPECT_FALSE(row.classes.front().dash.empty());
        }
    }
}

TEST(Symbology, GivesAnImportedLayerAlwaysTheSameMark) {
    using namespace layers;
    const Field name{"name", FieldType::text, "Name", {}, {}, {}};
    for (const auto kind : {GeometryKind::point, GeometryKind::line, GeometryKind::polygon, GeometryKind::any}) {
        const auto layer = make_layer("districts", "Districts", kind, {name});
        const auto one = symbology_of(layer);
        const auto two = symbology_of(layer);
        ASSERT_EQ(one.classes.size(), 1u);
        EXPECT_STREQ(one.classes.front().colour.light, two.classes.front().colour.light);
        EXPECT_EQ(one.label_field, "name");
        const bool points = kind == GeometryKind::point || kind == GeometryKind::any;
        EXPECT_EQ(one.classes.front().icon.empty(), !points);
        EXPECT_TRUE(one.classes.front().icon.empty() || icons().contains(one.classes.front().icon));
    }
}

} // namespace
