// All pairs of a whole list at once, on several threads: the same comparisons as asking the finder for each report.
#pragma once

#include "layers/fuse/finder.hpp"
#include "layers/fuse/score.hpp"

#include <functional>
#include <stop_token>

namespace layers::fuse {

struct BulkOptions {
    unsigned threads = 2;
    std::function<void(double share)> progress = {}; // 0..1, from any of the threads, one at a time
    std::stop_token stop = {};
};

struct BulkPairs {
    std::vector<Comparison> pairs;       // by (a, b), each once
    std::vector<geo::Uuid> over_the_cap; // reports with more candidates than are kept
    std::size_t dropped = 0;             // candidates left out at them
};

// A pair is kept when it is among the candidates of either of its reports. Error{cancelled} when stopped.
BulkPairs compare_all(const Finder& finder, const BulkOptions& options = {});

} // namespace layers::fuse
