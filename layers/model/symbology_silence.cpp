// How silence is drawn: greys and hatches that say "nothing known here", and no colour that could be read as safe.
#include "layers/model/symbology.hpp"

namespace layers {

Symbology silence_symbology() {
    constexpr Colour kInk{"#26323f", "#e4eaf1"};
    constexpr Colour kGrey{"#5a6673", "#9aa7b5"};
    constexpr Colour kOchre{"#8a6d00", "#f0e05a"};
    const auto line = [](std::string title, std::vector<Condition> any_of, Colour colour, double width,
                         std::vector<double> dash) {
        return SymbolClass{std::move(title), std::move(any_of), colour, {}, 1, width, std::move(dash), false};
    };
    return {.layer = "silence",
            .group = SymbolGroup::reports,
            .order = 25, // beside the border, below what is known
            .label_min_zoom = 24,
            // Agencies lie on each other: the most pressing on top. What has no known status is none that reports.
            .classes = {line("Silent for longer than chance explains", {{"status", {"silent"}}}, kInk, 7, {0.3, 0.3}),
                        line("Posts or patrols, but never a report", {{"status", {"never"}}}, kGrey, 7, {0.15, 0.45}),
                        line("Reports as usual", {{"status", {"reporting"}}}, kGrey, 1.4, {}),
                        line("Quieter than usual, or too few reports to know", {}, kOchre, 3.5, {1.5, 0.8})},
            .note = "By agency. Few reports are not few events: no line here says that a stretch is safe."};
}

} // namespace layers
