#include "geo/background.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace geo {

void go_to_background(int nice) {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice); // Linux: of this thread alone
}

} // namespace geo
