// A stated reason opens columns, not rows: with and without it a caller has the same events, suggestions and silences.
#pragma once

#include "layers/access/caller.hpp"

namespace layers::fuse {

inline access::Caller without_reason(access::Caller caller) {
    caller.purpose.clear();
    return caller;
}

} // namespace layers::fuse
