#include "layers/fuse/pair_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace layers::fuse {

namespace {

double rounded(double value) { // to what a person may read into it
    return std::round(value * 1e4) / 1e4;
}

} // namespace

nlohmann::json pair_json(const Assessed& assessed, const std::vector<Term>& terms) {
    auto list = nlohmann::json::array();
    for (const auto& term : terms)
        list.push_back({{"name", name(term.name)}, {"bits", rounded(term.bits)}, {"said", term.said}});
    return {{"a", geo::to_string(assessed.pair.a)}, {"b", geo::to_string(assessed.pair.b)},
            {"score", rounded(assessed.score)},     {"probability", rounded(assessed.probability)},
            {"decision", name(assessed.decision)},  {"terms", std::move(list)}};
}

} // namespace layers::fuse
