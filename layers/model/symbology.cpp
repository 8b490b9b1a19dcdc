#include "layers/model/symbology.hpp"

#include <algorithm>
#include <array>

namespace layers {
namespace {

constexpr Colour kInk{"#26323f", "#e4eaf1"};
constexpr Colour kGrey{"#5a6673", "#9aa7b5"};
constexpr Colour kBlue{"#0b5fa5", "#56a8ee"};
constexpr Colour kSky{"#1f86c0", "#8accf5"};
constexpr Colour kGreen{"#007a5c", "#35cfa0"};
constexpr Colour kOrange{"#b86a00", "#f2ab2e"};
constexpr Colour kVermilion{"#c2410c", "#ff8350"};
constexpr Colour kPurple{"#7a3ca3", "#c391ea"};
constexpr Colour kPink{"#b03a7c", "#ec8fc0"};
constexpr Colour kOchre{"#8a6d00", "#f0e05a"};
constexpr Colour kRed{"#c40f2e", "#ff5364"}; // distress only

SymbolClass point(std::string title, std::vector<Condition> any_of, Colour colour, std::string icon, double size = 1) {
    return {std::move(title), std::move(any_of), colour, std::move(icon), size, 0, {}, false};
}

SymbolClass line(std::string title, std::vector<Condition> any_of, Colour colour, double width,
                 std::vector<double> dash = {}, std::string icon = {}) {
    return {std::move(title), std::move(any_of), colour, std::move(icon), 0.75, width, std::move(dash), false};
}

SymbolClass urgent(SymbolClass symbol) {
    symbol.urgent = true;
    return symbol;
}

const std::vector<Emphasis>& uncertain_place() {
    static const std::vector<Emphasis> rows{
        {"Place is weak or ambiguous", {"status", {"weak", "ambiguous"}}, kGrey, "ring_dotted", 1.1}};
    return rows;
}

Symbology border_sections_row() {
    return {.layer = "border_sections",
            .group = SymbolGroup::reference,
            .order = 20,
            .label_min_zoom = 6,
            .label_field = "name",
            .classes = {line("Land border, disputed", {{"disputed", {"true"}}}, kPurple, 2.2, {4, 2}),
                        line("Coast baseline", {{"kind", {"coast"}}}, kSky, 1.6, {6, 1.5, 1.5, 1.5}),
                        line("Land border", {}, kInk, 2.2)},
            .note = "Drawing a line is no statement about it."};
}

Symbology disputed_lines_row() {
    return {.layer = "disputed_lines",
            .group = SymbolGroup::reference,
            .order = 15,
            .label_min_zoom = 6,
            .label_field = "name",
            .classes = {line("Disputed line", {}, kPurple, 1.4, {1.5, 2})},
            .note = "As the named source draws it; no statement about it."};
}

Symbology places_row() {
    return {.layer = "places",
            .group = SymbolGroup::reference,
            .order = 100,
            .label_min_zoom = 0,
            .label_field = "name",
            .label_field_ur = "name_ur",
            .rank_field = "rank",
            .classes = {point("Airport", {{"kind", {"airport"}}}, kGrey, "plane", 0.7),
                        point("Port", {{"kind", {"port"}}}, kGrey, "anchor", 0.7),
                        point("City", {{"kind", {"city"}}}, kInk, "town_ring", 0.55),
                        point("Town or village", {}, kGrey, "dot", 0.35)}};
}

Symbology fence_segments_row() {
    return {.layer = "fence_segments",
            .order = 40,
            .label_min_zoom = 10,
            .label_field = "name",
            .classes = {line("Breached", {{"state", {"breached"}}}, kVermilion, 4, {1.2, 1.2}, "breach"),
                        line("Damaged", {{"state", {"damaged"}}}, kOrange, 4, {3, 1}),
                        line("Under repair", {{"state", {"under_repair"}}}, kSky, 4, {3, 1, 1, 1}),
                        line("Under construction", {{"state", {"under_construction"}}}, kGreen, 3, {2, 1.5}),
                        line("Planned", {{"state", {"planned"}}}, kGrey, 2, {1, 2}),
                        line("Decommissioned", {{"state", {"decommissioned"}}}, kGrey, 1.5, {6, 3}, "small_cross"),
                        line("State not known", {{"state", {""}}}, kGrey, 2, {0.5, 1}), line("Intact", {}, kBlue, 4)}};
}

Symbology crossing_routes_row() {
    return {.layer = "crossing_routes",
            .order = 30,
            .label_field = "name",
            .classes = {line("Frequented", {{"use", {"frequented"}}}, kOrange, 2.6),
                        line("Unfrequented", {{"use", {"unfrequented"}}}, kOrange, 2, {3, 2}),
                        line("Use not known", {}, kOrange, 1.6, {1, 2})}};
}

Symbology patrol_tracks_row() {
    return {.layer = "patrol_tracks",
            .group = SymbolGroup::movement,
            .order = 50,
            .label_min_zoom = 11,
            .label_field = "name",
            .classes = {line("Planned", {{"status", {"planned"}}}, kGreen, 1.8, {1, 2}),
                        line("Aborted", {{"status", {"aborted"}}}, kGreen, 1.8, {4, 3}),
                        line("Done", {}, kGreen, 2, {}, "arrow")}};
}

Symbology observed_tracks_row() {
    return {.layer = "observed_tracks",
            .group = SymbolGroup::movement,
            .order = 55,
            .label_min_zoom = 11,
            .label_field = "name",
            .classes = {line("By sensor", {{"observed_by", {"sensor"}}}, kPink, 2, {}, "arrow"),
                        line("By sign", {{"observed_by", {"sign"}}}, kPink, 2, {4, 2}),
                        line("By seized device", {{"observed_by", {"device"}}}, kPink, 2, {4, 1.5, 1, 1.5}),
                        line("By a source", {}, kPink, 2, {1, 2})}};
}

Symbology hazards_row() {
    return {.layer = "hazards",
            .order = 60,
            .label_min_zoom = 8,
            .label_field = "name",
            .classes = {point("Minefield", {{"kind", {"minefield"}}}, kOchre, "hazard_mine"),
                        point("Water, flood or sea", {{"kind", {"water", "flood", "sea"}}}, kOchre, "hazard_water"),
                        point("Where people died", {{"kind", {"death_cluster"}}}, kOchre, "hazard_cross"),
                        point("Other hazard", {}, kOchre, "hazard")}};
}

Symbology facilities_row() {
    return {.layer = "facilities",
            .order = 65,
            .label_field = "name",
            .classes = {point("Holding place", {{"kind", {"holding"}}}, kPurple, "building"),
                        point("Shelter", {{"kind", {"shelter"}}}, kPurple, "house"),
                        point("Clinic", {{"kind", {"clinic"}}}, kPurple, "clinic"),
                        point("Legal aid", {}, kPurple, "document")}};
}

Symbology check_posts_row() {
    return {
        .layer = "check_posts",
        .order = 70,
        .label_field = "name",
        .classes = {point("Airport", {{"point_type", {"airport"}}}, kBlue, "shield_plane", 0.9),
                    point("Wharf or coastal unit", {{"point_type", {"wharf", "coastal"}}}, kBlue, "shield_wave", 0.9),
                    point("Dry port", {{"point_type", {"dry_port"}}}, kBlue, "shield_box", 0.9),
                    point("Border customs", {{"point_type", {"border_customs"}}}, kBlue, "shield_bar", 0.9),
                    point("Check post", {}, kBlue, "shield", 0.9)},
        .emphases = uncertain_place()};
}

Symbology crossing_points_row() {
    Symbology row{.layer = "crossing_points",
                  .order = 75,
                  .label_min_zoom = 8,
                  .label_field = "name",
                  .classes = {point("Official", {{"kind", {"official"}}}, kGreen, "gate"),
                              point("Historic", {{"kind", {"historic"}}}, kGrey, "gate_open", 0.9),
                              point("Unofficial", {}, kOrange, "diamond_arrow", 0.9)},
                  .emphases = uncertain_place()};
    row.emphases.push_back({"Closed", {"state", {"closed"}}, kVermilion, "badge_closed", 1});
    row.emphases.push_back({"Restricted", {"state", {"restricted"}}, kOrange, "badge_bar", 1});
    return row;
}

Symbology events_row() {
    return {
        .layer = "events",
        .group = SymbolGroup::reports,
        .order = 78, // under the reports: a ring around what belongs together
        .label_min_zoom = 24,
        .classes = {point("Told by several agencies", {{"told_by", {"several_agencies"}}}, kBlue, "ring_double", 1.9),
                    point("Several reports of one agency", {{"told_by", {"one_agency"}}}, kBlue, "ring", 1.8),
                    point("Told by one report", {}, kGrey, "dot", 0.3)},
        .emphases = {{"Its reports contradict each other", {"conflicting", {"true"}}, kVermilion, "ring_dotted", 2.1}},
        .note = "Reports that people judged to tell of the same; a count of events, not of persons."};
}

Symbology reports_row() {
    return {.layer = "reports",
            .group = SymbolGroup::reports,
            .order = 80,
            .label_min_zoom = 11,
            .label_field = "place",
            .classes = {urgent(point("Distress", {{"kind", {"distress"}}, {"sar_phase", {"distress"}}}, kRed,
                                     "distress", 1.35)),
                        point("Death or missing", {{"kind", {"death", "missing"}}}, kInk, "circle_x"),
                        point("Harm to people: trafficking, smuggling, abduction",
                              {{"kind", {"tip", "som", "abduction"}}}, kPurple, "hexagon"),
                        point("Goods: narcotics, arms, fuel, documents",
                              {{"kind", {"goods", "narcotics", "precursors", "arms", "fuel", "document"}}}, kOrange,
                              "square"),
                        point("Attack, explosive or breach", {{"kind", {"attack", "ied", "fence_breach"}}}, kVermilion,
                              "triangle"),
                        point("Return: deportation, mass return, offload",
                              {{"kind", {"deportation", "mass_return", "offload"}}}, kGreen, "return"),
                        point("Crossing or sighting", {}, kBlue, "circle_arrow")},
            .emphases = {{"Impact critical", {"impact", {"critical"}}, kInk, "ring_double", 1.5},
                         {"Impact high", {"impact", {"high"}}, kInk, "ring", 1.4}},
            .note = "One agency's statement each; counts are reports, not persons."};
}

} // namespace

const char* name(SymbolGroup group) {
    constexpr std::array names{"reference", "ground", "movement", "reports"};
    return names.at(static_cast<std::size_t>(group));
}

const char* title(SymbolGroup group) {
    constexpr std::array titles{"Reference", "On the ground", "Movement", "Reports"};
    return titles.at(static_cast<std::size_t>(group));
}

const std::vector<Symbology>& built_in_symbology() {
    static const std::vector<Symbology> table = [] {
        std::vector<Symbology> rows{
            border_sections_row(), disputed_lines_row(),  places_row(),  fence_segments_row(), crossing_routes_row(),
            patrol_tracks_row(),   observed_tracks_row(), hazards_row(), facilities_row(),     check_posts_row(),
            crossing_points_row(), reports_row(),         events_row(),  silence_symbology()};
        std::ranges::sort(rows, {}, &Symbology::order);
        return rows;
    }();
    return table;
}

Symbology symbology_of(const Layer& layer) {
    const auto& table = built_in_symbology();
    if (const auto row = std::ranges::find(table, layer.id, &Symbology::layer); row != table.end()) return *row;

    constexpr std::array colours{kSky, kGreen, kOrange, kPurple, kPink, kOchre};
    std::size_t sum = 0;
    for (const unsigned char c : layer.id) sum = sum * 31 + c;
    const Colour colour = colours[sum % colours.size()];

    Symbology row{.layer = layer.id, .order = 25};
    SymbolClass all = line(layer.title, {}, colour, 1.6);
    all.icon = layer.geometry == GeometryKind::point || layer.geometry == GeometryKind::any ? "circle" : "";
    row.classes = {all};
    for (const char* candidate : {"name", "title", "label", "name_en"})
        if (layer.find(candidate)) {
            row.label_field = candidate;
            break;
        }
    return row;
}

} // namespace layers
