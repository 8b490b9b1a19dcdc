// Tiles for callers: policy, filter and time in, a cached tile out. The one door to tiles for HTTP and for export.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/sources.hpp"
#include "layers/tiles/recompressor.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace layers::tiles {

struct Question {
    std::vector<std::string> layers; // 1..64, no repeats
    geo::TileId tile;
    std::string filter; // CQL2 text; applied to each layer, so its names must exist in all of them
    index::TimeWindow window;
    std::optional<geo::Instant> at; // as the store was then; nothing: now
    std::vector<std::string> properties;
    std::optional<std::size_t> budget_bytes; // nothing: the service's own; 0: none
};

class TileService {
public:
    struct Options {
        std::size_t budget_bytes = 500'000;
        std::size_t cache_bytes = 256u << 20;
    };
    TileService(const index::Sources& sources, const store::Store& store, Options options);

    // Error{not_found}: a layer that isn't there or not for this caller (never told apart), or no such tile.
    // Error{invalid_input}: a filter or property the caller can't name. Error{cancelled}. Thread-safe.
    TilePtr get(const access::Caller& caller, const Question& question, const std::stop_token& stop) {
        return answer(caller, question, stop).tile;
    }
    struct Answer {
        TilePtr tile;
        // While it says true, the same question of the same caller has the same answer. Any thread, cheap; may outlive
        // the service. Nothing for a tile that was changed while it was made.
        std::function<bool()> holds;
    };
    // The tile in a compressed form; a tighter one follows for those who ask later.
    std::shared_ptr<const std::string> compressed(const TilePtr& tile, geo::wrap::Coding coding);
    const Recompressor& recompressor() const { return recompressor_; }
    Answer answer(const access::Caller& caller, const Question& question, const std::stop_token& stop);

    std::uint64_t built() const { return built_; } // tiles built since the start
    std::uint64_t asked() const { return asked_; }
    const TileCache& cache() const { return cache_; }

private:
    const index::Sources& sources_;
    const store::Store& store_;
    const Options options_;
    TileCache cache_;
    std::atomic<std::uint64_t> built_{0}, asked_{0};
    Recompressor recompressor_;
};

} // namespace layers::tiles
