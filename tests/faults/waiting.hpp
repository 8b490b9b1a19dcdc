// Waiting for a condition with a deadline, never for a time.
#pragma once

#include <chrono>
#include <thread>

namespace faults {

template <typename Condition>
bool within(std::chrono::milliseconds most, Condition condition) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

inline constexpr std::chrono::seconds kRecovery{5}; // once the cause is gone, without a restart

} // namespace faults
