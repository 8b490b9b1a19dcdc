// Who looks at which pair of the review queue right now, so that two people never work on the same one unawares. In
// memory only: a claim ends by itself, and nothing hangs on it but courtesy.
#pragma once

#include "layers/fuse/judgement.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace server::live {

struct Claim {
    std::string account, agency;
    std::string desk; // made by the page: one account may have several open
    std::chrono::steady_clock::time_point until;
};

// Thread-safe.
class Claims {
public:
    static constexpr std::chrono::seconds kLasts{90};
    static constexpr std::size_t kMost = 10'000;
    // Takes or prolongs it; else the one who has it.
    std::optional<Claim> take(const layers::fuse::Pair& pair, Claim claim);
    std::optional<Claim> of(const layers::fuse::Pair& pair) const;
    void release(const layers::fuse::Pair& pair);

private:
    mutable std::mutex mutex_;
    std::map<layers::fuse::Pair, Claim> claims_;
};

} // namespace server::live
