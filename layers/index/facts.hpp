// Count, extent and time span of what one group of callers may see of a layer: nothing else of a layer may be told.
// Kept by policy group and seq, since a full pass over a million rows for every page of /collections would be waste.
#pragma once

#include "layers/index/read_model.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace layers::index {

struct Facts {
    std::int64_t rows = 0;
    std::int64_t without_shape = 0; // listed, but nowhere on the map
    geo::Box extent;                // lon,lat; empty when nothing has a shape
    std::optional<geo::Instant> earliest, latest;
};

// Thread-safe.
class FactsCache {
public:
    Facts get(const View& view, const access::Policy& policy);

private:
    struct Kept {
        store::Seq seq = -1;
        Facts facts;
    };
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, Kept> kept_; // by layer and group; old groups go when many
};

} // namespace layers::index
