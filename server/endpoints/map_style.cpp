#include "server/endpoints/map_style.hpp"

#include "server/endpoints/map_style_layers.hpp"
#include "server/respond.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace server {
namespace {

using layers::Colour;
using layers::SymbolClass;
using layers::SymbolGroup;
using layers::Symbology;
using nlohmann::json;

constexpr std::array kGroups{SymbolGroup::reference, SymbolGroup::ground, SymbolGroup::movement, SymbolGroup::reports};
constexpr double kIconPixels = 24; // of web/icons.json

class Builder {
public:
    Builder(const std::vector<layers::Layer>& shown, const StyleQuestion& question) : question_{question} {
        for (const auto& layer : shown)
            if (layer.geometry != layers::GeometryKind::none) drawn_.push_back({&layer, layers::symbology_of(layer)});
        std::ranges::stable_sort(drawn_, {}, [](const Drawn& d) { return d.symbology.order; });
    }

    json style() {
        const bool dark = question_.theme == Theme::dark;
        return {{"version", 8},
                {"name", dark ? "Sarhad border, dark" : "Sarhad border"},
                {"metadata", metadata()},
                {"center", {69.5, 30.5}},
                {"zoom", 4.6},
                {"glyphs", question_.base + "/fonts/{fontstack}/{range}.pbf"},
                {"sprite", question_.base + "/sprites/sarhad"},
                {"sources", sources()},
                {"layers", style_layers(drawn_, question_.theme, question_.relief.has_value())}};
    }

private:
    // ---- sources: one request a group

    json vector_source(const std::string& ids, const std::string& filter = {}) const {
        std::string query;
        if (question_.name_scenario)
            query = "?scenario=" + (question_.scenario.empty() ? "real" : url_encode(question_.scenario));
        if (!filter.empty()) query += (query.empty() ? "?filter=" : "&filter=") + url_encode(filter);
        return {{"type", "vector"},
                {"tiles", {question_.base + "/tiles/" + ids + "/{z}/{x}/{y}.mvt" + query}},
                {"minzoom", 0},
                {"maxzoom", 14},
                {"promoteId", "id"}};
    }

    json sources() const {
        json out = json::object();
        if (const auto& box = question_.relief)
            out[kReliefSource] = {{"type", "raster"}, {"tiles", {question_.base + "/raster/hillshade/{z}/{x}/{y}.png"}},
                                  {"tileSize", 256},  {"bounds", {box->min_x, box->min_y, box->max_x, box->max_y}},
                                  {"minzoom", 0},     {"maxzoom", 9}};
        for (const auto group : kGroups) {
            std::string ids;
            for (const auto& drawn : drawn_)
                if (drawn.symbology.group == group) ids += (ids.empty() ? "" : ",") + drawn.layer->id;
            if (!ids.empty()) out[layers::name(group)] = vector_source(ids);
        }
        for (const auto& drawn : drawn_) {
            const auto filter = urgent_filter(drawn.symbology);
            if (!filter.empty()) out[kUrgentSource] = vector_source(drawn.layer->id, filter);
        }
        return out;
    }

    // The urgent features have a source of their own, without time and without neighbours to be clustered with.
    static std::string urgent_filter(const Symbology& row) {
        std::string text;
        for (const auto& symbol : row.classes) {
            if (!symbol.urgent) continue;
            for (const auto& condition : symbol.any_of)
                for (const auto& value : condition.values)
                    text += (text.empty() ? "" : " OR ") + condition.field + " = '" + value + "'";
        }
        return text;
    }

    // ---- legend

    json entry(const std::string& title, const Colour& colour, const char* mark) const {
        return {{"title", title}, {"mark", mark}, {"colour", pick(colour, question_.theme)}};
    }

    static json when(const layers::Condition& condition) {
        return {{"field", condition.field}, {"values", condition.values}};
    }

    static const char* mark_of(layers::GeometryKind kind, const SymbolClass& symbol) {
        if (kind == layers::GeometryKind::line) return "line";
        if (kind == layers::GeometryKind::polygon) return "area";
        return symbol.icon.empty() ? "line" : "point";
    }

    json legend(const Drawn& drawn) const {
        json entries = json::array();
        for (const auto& symbol : drawn.symbology.classes) {
            auto row = entry(symbol.title, symbol.colour, mark_of(drawn.layer->geometry, symbol));
            if (!symbol.icon.empty()) row["icon"] = symbol.icon;
            row["size"] = symbol.size;
            row["width"] = symbol.width;
            row["dash"] = symbol.dash;
            if (symbol.urgent) row["urgent"] = true;
            row["when"] = json::array(); // any of these holds; empty: what no earlier entry took
            for (const auto& condition : symbol.any_of) row["when"].push_back(when(condition));
            entries.push_back(std::move(row));
        }
        for (const auto& emphasis : drawn.symbology.emphases) {
            auto row = entry(emphasis.title, emphasis.colour, "point");
            row["icon"] = emphasis.icon;
            row["size"] = emphasis.size;
            row["beside"] = true; // drawn around the mark of another entry
            row["when"] = json::array({when(emphasis.when)});
            entries.push_back(std::move(row));
        }
        return {{"collection", drawn.layer->id},
                {"title", drawn.layer->title},
                {"description", drawn.layer->description},
                {"attribution", drawn.layer->attribution},
                {"group", layers::name(drawn.symbology.group)},
                {"label", drawn.symbology.label_field},
                {"note", drawn.symbology.note},
                {"entries", std::move(entries)}};
    }

    json metadata() const {
        json groups = json::array();
        for (const auto group : kGroups)
            groups.push_back({{"id", layers::name(group)},
                              {"title", layers::title(group)},
                              {"temporal", group != SymbolGroup::reference}});
        json legends = json::array();
        for (const auto& drawn : drawn_) legends.push_back(legend(drawn));
        return {{"sarhad:theme", question_.theme == Theme::dark ? "dark" : "light"},
                {"sarhad:scenario", question_.scenario},
                {"sarhad:icon-pixels", kIconPixels},
                {"sarhad:groups", std::move(groups)},
                {"sarhad:legend", std::move(legends)}};
    }

    const StyleQuestion& question_;
    std::vector<Drawn> drawn_;
};

} // namespace

std::string map_style(const std::vector<layers::Layer>& shown, const StyleQuestion& question) {
    return Builder(shown, question).style().dump();
}

} // namespace server
