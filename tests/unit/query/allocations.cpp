// Counts every allocation of the test program. In a file of its own: inlined beside a `new`, g++ would call the pair
// mismatched.
#include "tests/unit/query/support.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// The sanitizer's own operators must stay: they are what finds the faults.
std::optional<std::size_t> layers::query::allocations() {
    return {};
}

#else

namespace {
std::atomic<std::size_t> count{0};
} // namespace

std::optional<std::size_t> layers::query::allocations() {
    return count.load();
}

void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

#endif
