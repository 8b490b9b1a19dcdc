#include "server/endpoints/map_style_layers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace server {
namespace {

using layers::Condition;
using layers::GeometryKind;
using layers::SymbolClass;
using layers::Symbology;
using nlohmann::json;

constexpr layers::Colour kText{"#26323f", "#d5dde6"};

json holds(const Condition& condition) {
    // to-string: a boolean or a missing value compares like any other
    return {"in", {"to-string", {"get", condition.field}}, {"literal", condition.values}};
}

json any(const std::vector<Condition>& conditions) {
    json out{"any"};
    for (const auto& condition : conditions) out.push_back(holds(condition));
    return out;
}

// Ranked features appear as one comes closer (a filter sees whole zooms).
json close_enough(const Symbology& row) {
    return {"<=", {"to-number", {"get", row.rank_field}, 9}, {"step", {"zoom"}, 1, 4, 2, 6, 3, 7, 4, 8, 5, 10, 9}};
}

json is_cluster() {
    return {"has", "count"};
}

// Features of class `index`: its conditions hold and no earlier class took them.
json class_filter(const Symbology& row, std::size_t index) {
    json out{"all", {"!", is_cluster()}};
    for (std::size_t i = 0; i < index; ++i) out.push_back({"!", any(row.classes[i].any_of)});
    if (!row.classes[index].any_of.empty()) out.push_back(any(row.classes[index].any_of));
    return out;
}

template <typename Pick>
json by_class(const Symbology& row, Pick&& value) {
    if (row.classes.size() == 1) return value(row.classes.front());
    json out{"case"};
    for (const auto& symbol : row.classes) {
        if (!symbol.any_of.empty()) out.push_back(any(symbol.any_of));
        out.push_back(value(symbol));
    }
    return out;
}

class Pen {
public:
    explicit Pen(Theme theme) : theme_{theme} {}

    json base_layer(const Drawn& drawn, const std::string& part, const char* type) const {
        json out{{"id", drawn.layer->id + "-" + part},
                 {"type", type},
                 {"source", layers::name(drawn.symbology.group)},
                 {"source-layer", drawn.layer->id},
                 {"metadata", {{"sarhad:collection", drawn.layer->id}}}};
        if (drawn.symbology.min_zoom > 0) out["minzoom"] = drawn.symbology.min_zoom;
        return out;
    }

    void add_area(const Drawn& drawn, json& out) const {
        auto fill = base_layer(drawn, "area", "fill");
        fill["filter"] = {"==", {"geometry-type"}, "Polygon"};
        fill["paint"] = {{"fill-color", by_class(drawn.symbology, [&](const SymbolClass& s) { return ink(s.colour); })},
                         {"fill-opacity", 0.14}};
        out.push_back(std::move(fill));
        auto edge = base_layer(drawn, "edge", "line");
        edge["filter"] = {"==", {"geometry-type"}, "Polygon"};
        edge["paint"] = {{"line-color", by_class(drawn.symbology, [&](const SymbolClass& s) { return ink(s.colour); })},
                         {"line-width", 1.4},
                         {"line-dasharray", {4, 2}}};
        out.push_back(std::move(edge));
    }

    static json at_zooms(double width) { // thin on the overview, full width when close
        return {"interpolate", {"linear"}, {"zoom"}, 4, width * 0.75, 8, width, 14, width * 1.6};
    }

    void add_lines(const Drawn& drawn, json& out) const {
        const auto& row = drawn.symbology;
        auto casing = base_layer(drawn, "casing", "line");
        casing["filter"] = {"==", {"geometry-type"}, "LineString"};
        casing["layout"] = {{"line-join", "round"}};
        casing["paint"] = {
            {"line-color", halo()}, {"line-opacity", 0.75}, {"line-width", at_zooms(row.classes.back().width + 2.5)}};
        out.push_back(std::move(casing));
        for (std::size_t i = row.classes.size(); i-- > 0;) { // the first class is the most pressing: on top
            const auto& symbol = row.classes[i];
            auto line = base_layer(drawn, "line-" + std::to_string(i), "line");
            line["filter"] = class_filter(row, i);
            line["filter"].push_back({"==", {"geometry-type"}, "LineString"});
            line["layout"] = {{"line-join", "round"}, {"line-cap", symbol.dash.empty() ? "round" : "butt"}};
            line["paint"] = {{"line-color", ink(symbol.colour)}, {"line-width", at_zooms(symbol.width)}};
            if (!symbol.dash.empty()) line["paint"]["line-dasharray"] = symbol.dash;
            out.push_back(std::move(line));
            if (symbol.icon.empty()) continue;
            auto marks = base_layer(drawn, "marks-" + std::to_string(i), "symbol");
            marks["filter"] = class_filter(row, i);
            marks["filter"].push_back({"==", {"geometry-type"}, "LineString"});
            marks["minzoom"] = std::max(row.min_zoom, 6.0);
            marks["layout"] = {{"symbol-placement", "line"}, {"symbol-spacing", 120},
                               {"icon-image", symbol.icon},  {"icon-size", symbol.size},
                               {"icon-allow-overlap", true}, {"icon-ignore-placement", true}};
            marks["paint"] = icon_paint(ink(symbol.colour));
            out.push_back(std::move(marks));
        }
    }

    json icon_paint(json colour) const {
        return {{"icon-color", std::move(colour)}, {"icon-halo-color", halo()}, {"icon-halo-width", 1.6}};
    }

    static json icon_zooms(const json& size) { // full size from zoom 8 on, smaller on the overview
        return {"interpolate", {"linear"}, {"zoom"}, 3, {"*", 0.55, size}, 8, size, 14, {"*", 1.25, size}};
    }

    // Earlier classes are more pressing: placed first and drawn last.
    static json pressing(const Symbology& row) {
        int rank = static_cast<int>(row.classes.size());
        return by_class(row, [&](const SymbolClass&) { return rank--; });
    }

    void add_points(const Drawn& drawn, json& out) const {
        const auto& row = drawn.symbology;
        const bool base_data = row.label_min_zoom == 0; // places: labels decide, icons give way
        json only_points{"all", {"!", is_cluster()}, {"==", {"geometry-type"}, "Point"}};
        if (!row.rank_field.empty()) only_points.push_back(close_enough(row));
        for (const auto& emphasis : row.emphases) {
            auto ring = base_layer(drawn, "sign-" + emphasis.icon, "symbol");
            ring["filter"] = only_points;
            ring["filter"].push_back(holds(emphasis.when));
            ring["layout"] = {{"icon-image", emphasis.icon},
                              {"icon-size", icon_zooms(emphasis.size)},
                              {"icon-allow-overlap", true},
                              {"icon-ignore-placement", true}};
            ring["paint"] = icon_paint(ink(emphasis.colour));
            out.push_back(std::move(ring));
        }
        auto icons = base_layer(drawn, "points", "symbol");
        icons["filter"] = only_points;
        icons["layout"] = {{"icon-image", by_class(row, [](const SymbolClass& s) { return s.icon; })},
                           {"icon-size", icon_zooms(by_class(row, [](const SymbolClass& s) { return s.size; }))},
                           {"icon-allow-overlap", !base_data},
                           {"icon-ignore-placement", !base_data}}; // a town's name stays beside the mark on it
        icons["layout"]["symbol-sort-key"] =
            base_data ? json{"to-number", {"get", row.rank_field}, 9} : json(pressing(row));
        icons["paint"] = icon_paint(by_class(row, [&](const SymbolClass& s) { return ink(s.colour); }));
        if (base_data) icons["paint"]["icon-halo-width"] = 0.7; // their marks are small
        if (base_data && !row.label_field.empty()) add_label(row, icons, true);
        out.push_back(icons);
        if (has_areas(drawn)) out.push_back(area_icons(drawn, icons));
        add_clusters(drawn, out);
    }

    // An area too small to see is marked like a point; close up, where a tile's edge may cut it, its outline is enough.
    json area_icons(const Drawn& drawn, const json& icons) const {
        auto marks = base_layer(drawn, "area-points", "symbol");
        marks["filter"] = {"==", {"geometry-type"}, "Polygon"};
        marks["maxzoom"] = 9;
        marks["layout"] = icons["layout"];
        marks["paint"] = icons["paint"];
        return marks;
    }

    static bool has_areas(const Drawn& drawn) { return drawn.layer->geometry == GeometryKind::any; }

    void add_clusters(const Drawn& drawn, json& out) const {
        const auto& row = drawn.symbology;
        auto disc = base_layer(drawn, "clusters", "circle");
        disc["filter"] = is_cluster();
        disc["layout"] = {{"circle-sort-key", {"get", "count"}}}; // the larger over the smaller
        disc["paint"] = {{"circle-color", halo()},
                         {"circle-opacity", 0.9},
                         {"circle-stroke-color", ink(row.classes.back().colour)},
                         {"circle-stroke-width", 2.5},
                         {"circle-radius", {"interpolate", {"linear"}, {"log10", {"get", "count"}}, 0, 7, 4, 22}}};
        out.push_back(std::move(disc));
        auto number = base_layer(drawn, "counts", "symbol");
        number["filter"] = is_cluster();
        number["layout"] = {{"text-field", {"to-string", {"get", "count"}}},
                            {"text-font", {"Noto Sans Bold"}},
                            {"text-size", 10.5},
                            {"symbol-sort-key", {"-", 0, {"get", "count"}}},
                            {"text-padding", 0}};
        number["paint"] = {{"text-color", ink(kText)}};
        out.push_back(std::move(number));
    }

    json label_text(const Symbology& row) const {
        const json first{"to-string", {"coalesce", {"get", row.label_field}, ""}};
        if (row.label_field_ur.empty()) return first;
        return {"format",
                first,
                {{"font-scale", 1}},
                {"case", {"has", row.label_field_ur}, {"concat", "\n", {"get", row.label_field_ur}}, ""},
                {{"font-scale", 0.95}}};
    }

    void add_label(const Symbology& row, json& to, bool beside_icon) const {
        json& layout = to["layout"];
        layout["text-field"] = label_text(row);
        layout["text-font"] = {"Noto Sans Regular"};
        layout["text-size"] = {"interpolate", {"linear"}, {"zoom"}, 4, 11, 10, 13};
        if (!row.rank_field.empty()) { // great towns in larger letters
            const auto by_rank = [&](double great, double other) {
                return json{"case", {"<=", {"to-number", {"get", row.rank_field}, 9}, 2}, great, other};
            };
            layout["text-size"] = {"interpolate", {"linear"}, {"zoom"}, 4, by_rank(12, 11), 10, by_rank(16, 12.5)};
        }
        layout["text-max-width"] = 9;
        if (beside_icon) {
            layout["text-variable-anchor"] = {"left", "right", "top", "bottom"};
            layout["text-radial-offset"] = 0.8;
            layout["text-justify"] = "auto";
        }
        to["paint"]["text-color"] = ink(kText);
        to["paint"]["text-halo-color"] = halo();
        to["paint"]["text-halo-width"] = 1.4;
    }

    void add_labels(const Drawn& drawn, json& out) const {
        const auto& row = drawn.symbology;
        if (row.label_field.empty() || row.label_min_zoom == 0) return;
        auto label = base_layer(drawn, "labels", "symbol");
        label["minzoom"] = std::max(row.min_zoom, row.label_min_zoom);
        label["filter"] = {"!", is_cluster()};
        label["layout"] = json::object();
        const bool line = drawn.layer->geometry == GeometryKind::line;
        if (line) label["layout"] = {{"symbol-placement", "line"}, {"symbol-spacing", 400}, {"text-offset", {0, -1}}};
        add_label(row, label, !line);
        if (!line) label["layout"]["text-radial-offset"] = 1.1;
        out.push_back(std::move(label));
    }

    void add_urgent(const Drawn& drawn, json& out) const {
        for (const auto& symbol : drawn.symbology.classes) {
            if (!symbol.urgent) continue;
            auto icon = base_layer(drawn, "urgent", "symbol");
            icon["source"] = kUrgentSource;
            icon["metadata"]["sarhad:always"] = true;
            icon.erase("minzoom");
            icon["layout"] = {
                {"icon-image", symbol.icon},
                {"icon-size", {"interpolate", {"linear"}, {"zoom"}, 3, symbol.size * 0.85, 8, symbol.size}},
                {"icon-allow-overlap", true},
                {"icon-ignore-placement", true},
                {"text-field", symbol.title},
                {"text-font", {"Noto Sans Bold"}},
                {"text-size", 12},
                {"text-offset", {0, 1.5}},
                {"text-allow-overlap", true},
                {"text-ignore-placement", true}};
            icon["paint"] = icon_paint(ink(symbol.colour));
            icon["paint"]["icon-halo-width"] = 2.5;
            icon["paint"]["text-color"] = ink(symbol.colour);
            icon["paint"]["text-halo-color"] = halo();
            icon["paint"]["text-halo-width"] = 1.8;
            out.push_back(std::move(icon));
        }
    }

    // Level ground comes out as the map's own background, so the relief has no edge where its raster ends.
    json relief_layer() const {
        json out{{"id", "relief"},
                 {"type", "raster"},
                 {"source", kReliefSource},
                 {"metadata", {{"sarhad:collection", kReliefSource}}}};
        out["paint"] = theme_ == Theme::dark
                           ? json{{"raster-opacity", 0.65}, {"raster-contrast", 0.3}, {"raster-brightness-max", 0.2}}
                           : json{{"raster-opacity", 0.5}, {"raster-contrast", 0.5}, {"raster-brightness-min", 0.35}};
        out["paint"]["raster-fade-duration"] = 0;
        return out;
    }

    json draw(const std::vector<Drawn>& all, bool relief) const {
        const bool dark = theme_ == Theme::dark;
        json out = json::array();
        out.push_back({{"id", "background"},
                       {"type", "background"},
                       {"paint", {{"background-color", dark ? "#141b23" : "#eef1f3"}}}});
        if (relief) out.push_back(relief_layer());
        const auto has = [](const Drawn& d, GeometryKind kind) {
            return d.layer->geometry == kind || d.layer->geometry == GeometryKind::any;
        };
        for (const auto& drawn : all)
            if (has(drawn, GeometryKind::polygon)) add_area(drawn, out);
        for (const auto& drawn : all)
            if (has(drawn, GeometryKind::line) && drawn.symbology.classes.back().width > 0) add_lines(drawn, out);
        for (const auto& drawn : all) add_labels(drawn, out);
        // Places come under the marks of operations, which must never hide behind a name.
        for (const bool base_data : {true, false})
            for (const auto& drawn : all)
                if (has(drawn, GeometryKind::point) && (drawn.symbology.label_min_zoom == 0) == base_data)
                    add_points(drawn, out);
        for (const auto& drawn : all) add_urgent(drawn, out);
        return out;
    }

private:
    std::string ink(const layers::Colour& colour) const { return pick(colour, theme_); }
    std::string halo() const { return theme_ == Theme::dark ? "#10161d" : "#ffffff"; }

    Theme theme_;
};

} // namespace

std::string pick(const layers::Colour& colour, Theme theme) {
    return theme == Theme::dark ? colour.dark : colour.light;
}

json style_layers(const std::vector<Drawn>& drawn, Theme theme, bool relief) {
    return Pen(theme).draw(drawn, relief);
}

} // namespace server
