// The `state` field of a layer with appended states as it was at a time; any other field, or no time, is left alone.
// The statements of a row are a dictionary entry, so each list is read once however many rows share it. One thread.
#pragma once

#include "layers/index/segment.hpp"

#include <optional>
#include <unordered_map>

namespace layers::index {

class StateColumn {
public:
    StateColumn(const Segment& segment, const Layer& layer, std::optional<geo::Instant> at);
    bool replaces(std::size_t ordinal) const { return at_ && ordinal == state_; }
    const geo::Value& state(Row row); // Null where no statement is that old

private:
    const Segment& segment_;
    std::optional<geo::Instant> at_;
    std::size_t state_ = static_cast<std::size_t>(-1);
    std::size_t states_ = static_cast<std::size_t>(-1);
    std::unordered_map<std::uint32_t, geo::Value> known_;
};

} // namespace layers::index
