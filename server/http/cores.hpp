// How many processors this process may run on: what threads are counted by.
#pragma once

namespace server::http {

// At least 1. std::thread::hardware_concurrency() tells of the machine instead: with glibc 2.36 it takes no notice of
// taskset, cpusets or a container's share of the cores. Of the calling thread; call it before any thread is pinned.
int cores_allowed();

} // namespace server::http
