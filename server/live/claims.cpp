#include "server/live/claims.hpp"

namespace server::live {

using Clock = std::chrono::steady_clock;

std::optional<Claim> Claims::take(const layers::fuse::Pair& pair, Claim claim) {
    const std::lock_guard lock{mutex_};
    const auto now = Clock::now();
    if (claims_.size() >= kMost) std::erase_if(claims_, [&](const auto& entry) { return entry.second.until < now; });
    const auto there = claims_.find(pair);
    if (there != claims_.end() && there->second.until >= now &&
        (there->second.account != claim.account || there->second.desk != claim.desk))
        return there->second;
    if (there == claims_.end() && claims_.size() >= kMost) return {}; // no courtesy left, and no harm done
    claim.until = now + kLasts;
    claims_[pair] = std::move(claim);
    return {};
}

std::optional<Claim> Claims::of(const layers::fuse::Pair& pair) const {
    const std::lock_guard lock{mutex_};
    const auto there = claims_.find(pair);
    if (there == claims_.end() || there->second.until < Clock::now()) return {};
    return there->second;
}

void Claims::release(const layers::fuse::Pair& pair) {
    const std::lock_guard lock{mutex_};
    claims_.erase(pair);
}

} // namespace server::live
