#include "layers/audit/verify.hpp"

namespace layers::audit {
namespace {

// One log on its way through the check: its tree grows, checkpoints of its size are compared.
class Walk {
public:
    Walk(std::string name, const std::vector<Vouched>& vouched) : name_{std::move(name)}, vouched_{vouched} {
        compare(); // checkpoints of the empty log
    }

    std::string entry_name() const { return name_ + " " + std::to_string(expected_); }

    // Entries that are missing before `number` are named; false for one that stands where none may.
    bool arrive(std::int64_t number) {
        if (number < expected_) {
            fault("there is a " + name_ + " out of order: " + std::to_string(number));
            return false;
        }
        if (number > expected_) {
            const std::int64_t last = number - 1;
            fault(entry_name() + (last == expected_ ? "" : " to " + std::to_string(last)) + " is missing");
            expected_ = number;
        }
        return true;
    }

    void fault(std::string what) {
        broken_ = true;
        if (faults_.size() < kMostFaults) faults_.push_back(std::move(what));
    }

    void append(const Hash& leaf) {
        tree_.append(leaf);
        ++expected_;
        compare();
    }

    Verdict finish() {
        if (!broken_ && next_ < vouched_.size()) {
            const Vouched& last = vouched_.back();
            fault("the log is cut off: it ends at " + name_ + " " + std::to_string(tree_.size()) + ", checkpoint " +
                  std::to_string(last.checkpoint) + " of " + geo::to_rfc3339(last.made_at) + " vouches for " +
                  std::to_string(last.head.size));
        }
        return {head_of(tree_), std::move(faults_)};
    }

private:
    void compare() {
        for (; next_ < vouched_.size() && vouched_[next_].head.size == tree_.size(); ++next_) {
            const Vouched& now = vouched_[next_];
            if (broken_ || tree_.root() == now.head.root) continue;
            const std::uint64_t before = next_ > 0 ? vouched_[next_ - 1].head.size : 0;
            fault("something of " + name_ + " " + std::to_string(before + 1) + " to " + std::to_string(now.head.size) +
                  " was changed after checkpoint " + std::to_string(now.checkpoint) + " of " +
                  geo::to_rfc3339(now.made_at));
        }
    }

    const std::string name_;
    const std::vector<Vouched>& vouched_;
    std::size_t next_ = 0;
    MerkleTree tree_;
    std::int64_t expected_ = 1;
    bool broken_ = false;
    std::vector<std::string> faults_;
};

std::vector<Vouched> vouched(const std::vector<Checkpoint>& checkpoints, TreeHead Checkpoint::*head) {
    std::vector<Vouched> all;
    all.reserve(checkpoints.size());
    for (const auto& c : checkpoints) all.push_back({c.number, c.made_at, c.*head});
    return all;
}

} // namespace

Verdict verify(const std::function<bool(Entry&)>& next, const std::vector<Vouched>& vouched) {
    Walk walk{"audit entry", vouched};
    Entry entry;
    while (next(entry)) {
        if (!walk.arrive(entry.leaf.seq)) continue;
        const std::string name = walk.entry_name();
        if (entry.damage)
            walk.fault(*entry.damage);
        else if (leaf_hash(entry.leaf) != entry.stored)
            walk.fault(name + " does not match its change");
        else if (entry.payload_now && *entry.payload_now != entry.leaf.payload)
            walk.fault(name + " does not match its payload");
        walk.append(entry.stored);
    }
    return walk.finish();
}

Verdict verify_accesses(const std::function<bool(AccessEntry&)>& next, const std::vector<Vouched>& vouched) {
    Walk walk{"access entry", vouched};
    AccessEntry entry;
    while (next(entry)) {
        if (!walk.arrive(entry.access.number)) continue;
        if (leaf_hash(entry.access) != entry.stored) walk.fault(walk.entry_name() + " does not match its hash");
        walk.append(entry.stored);
    }
    return walk.finish();
}

std::vector<Vouched> vouched_changes(const std::vector<Checkpoint>& checkpoints) {
    return vouched(checkpoints, &Checkpoint::changes);
}

std::vector<Vouched> vouched_accesses(const std::vector<Checkpoint>& checkpoints) {
    return vouched(checkpoints, &Checkpoint::accesses);
}

} // namespace layers::audit
