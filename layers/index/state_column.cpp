#include "layers/index/state_column.hpp"

#include "layers/model/states.hpp"

namespace layers::index {

StateColumn::StateColumn(const Segment& segment, const Layer& layer, std::optional<geo::Instant> at)
    : segment_{segment}, at_{at} {
    const auto state = layer.find("state");
    const auto states = layer.find("states");
    if (layer.change != ChangeRule::states || !state || !states) {
        at_.reset();
        return;
    }
    state_ = *state;
    states_ = *states;
}

const geo::Value& StateColumn::state(Row row) {
    const Column& column = segment_.column(states_);
    const std::uint32_t code = column.codes[row];
    const auto [it, fresh] = known_.try_emplace(code);
    if (fresh && code != kNullCode)
        if (auto state = state_at(column.entry(code), *at_)) it->second = std::move(*state);
    return it->second;
}

} // namespace layers::index
