// What one caller may learn of the steps in the journal: a row that comes into their sight was created, one that leaves
// it was removed, and of what was never theirs there is nothing, not even a gap. Knows no HTTP.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/read_model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace layers::feed {

enum class Happened { created, updated, removed };
const char* name(Happened happened);

struct Notice {
    std::string layer;
    geo::Uuid id;
    Happened happened = Happened::updated;
    geo::Instant at;
    std::vector<geo::Box> boxes; // lon, lat: where it was and where it is, as far as the caller saw and sees it
};

// Judges for callers with the same policy. One thread; cheap to keep: policies are compiled once a layer.
class Judge {
public:
    Judge(const index::ReadModel& model, access::Caller caller) : model_{model}, caller_{std::move(caller)} {}

    // Of a step that has just been: what the caller saw before against what they see now.
    std::optional<Notice> live(const index::Step& step);
    // What one who catches up was told already.
    struct Before {
        store::Seq seq = 0;  // up to here
        store::Seq then = 0; // the head of the log when they were; what was taken back later they may have seen
        bool complete = false;
    };
    // Of a step of the past, for one who catches up: as live(), but what its owner has taken back since isn't told,
    // except as removed to one who may have seen it. Reads the store where it must know that.
    std::optional<Notice> past(const index::Step& step, const Before& before, const store::Store& store);

private:
    struct Known {
        std::shared_ptr<const Layer> layer;
        access::Policy policy;
    };
    const Known* known(const std::string& layer);

    const index::ReadModel& model_;
    const access::Caller caller_;
    std::map<std::string, Known, std::less<>> known_;
};

// Callers with equal texts are told the same, byte for byte.
std::string policy_group(const Catalogue& catalogue, const access::Caller& caller);

} // namespace layers::feed
