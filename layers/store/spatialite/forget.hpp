// Takes what is over out of the sealed fields of versions that are no longer current (model/sealed.hpp). Knows the
// tables; the proof of a version does not cover its sealed fields, so it stands as it was.
#pragma once

#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/migrations.hpp"

#include <string>
#include <vector>

namespace layers::store {

struct Forgotten {
    std::string table, column; // as they are in the file
    std::int64_t seq = 0;
    geo::Value left; // Null, or the numbers whose time has not come
};

std::vector<Forgotten> find_what_is_over(Connection& reader, const Schema& schema, geo::Instant now);
// The writer's, in its transaction. The bytes are overwritten in the file, not only released.
void forget(Connection& writer, const std::vector<Forgotten>& over);

} // namespace layers::store
