// How the parent starts the reading process. Private to this room.
#pragma once

namespace layers::ingest {

inline constexpr const char* kChildArgument = "--read-one-file-confined";

} // namespace layers::ingest
