// Where a reader puts what it finds. Inside the child this is the pipe; in a test or fuzz target anything.
#pragma once

#include "layers/ingest/reader.hpp"

#include <functional>

namespace layers::ingest {

struct Sink {
    std::function<void(const SourceSchema&)> schema; // once, first
    std::function<void(geo::RawFeature)> row;
    std::function<void(RowFault)> fault;
};

} // namespace layers::ingest
