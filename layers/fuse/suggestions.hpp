// Which pairs of reports a person should look at: every report is compared with its neighbours as soon as it is
// committed, once for all callers; what a caller is told is scored among the reports that this caller may see, so that
// nothing hidden moves a probability. Knows no judgements: what was judged already is the picture's matter.
#pragma once

#include "layers/feed/journal.hpp"
#include "layers/fuse/bulk.hpp"
#include "layers/fuse/score.hpp"
#include "layers/store/store.hpp"

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace layers::fuse {

// Thread-safe. A thread of its own compares; a question waits for what was committed before it.
class Suggestions {
public:
    // All must outlive this.
    Suggestions(const index::ReadModel& model, const feed::Journal& journal);
    ~Suggestions();
    Suggestions(const Suggestions&) = delete;
    Suggestions& operator=(const Suggestions&) = delete;

    // Pairs at or above `least` (0..1) and those of an area or a period from 0.05 on, the likeliest first, of which the
    // caller sees both reports. Error{busy} while the first comparison of all reports isn't done; Error{cancelled}.
    std::vector<Assessed> pairs(const access::Caller& caller, double least, const std::stop_token& stop);
    // The pairs within a set of reports, in the same order, whatever their probability.
    std::vector<Assessed> pairs_among(const access::Caller& caller, const std::vector<geo::Uuid>& reports,
                                      const std::stop_token& stop);
    // The pairs of one report in the same order, whatever their probability.
    std::vector<Assessed> pairs_of(const access::Caller& caller, const geo::Uuid& report, const std::stop_token& stop);
    // In words, without what the caller's columns hide.
    std::vector<Term> terms(const access::Caller& caller, const Assessed& assessed) const;

private:
    std::vector<Assessed> choose(const access::Caller& caller, const std::stop_token& stop,
                                 const std::function<bool(const Assessed&)>& wanted);
    struct Scenario { // reports of different ones never meet
        Finder finder;
        std::unordered_map<geo::Uuid, std::vector<Comparison>> of; // each pair with both of its ends
    };
    struct Audience { // callers who see the same rows
        query::ExpressionPtr policy;
        std::string scenario;
        std::unordered_set<geo::Uuid> visible;
        Surroundings enforcement, all; // a pair of enforcement is judged among enforcement: the purpose wall
        std::map<std::string, std::vector<Assessed>> scored; // by what is hidden of the terms; empty: to be made
        std::list<std::string>::iterator use;
    };
    void run(const std::stop_token& stop);
    void compare_everything(const std::stop_token& stop);
    // With the mutex held.
    void follow();
    void put(const index::Step& step);
    void drop(Scenario& scenario, const geo::Uuid& id);
    Audience& audience(const access::Caller& caller);
    const std::vector<Assessed>& scored(Audience& audience, const HiddenTerms& hidden);
    void wait_until_ready(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);

    const index::ReadModel& model_;
    const feed::Journal& journal_;
    const std::shared_ptr<const Layer> reports_;

    mutable std::mutex mutex_;
    std::condition_variable_any ready_changed_;
    bool ready_ = false;
    store::Seq position_ = -1;
    std::map<std::string, Scenario> scenarios_;
    std::list<std::string> uses_;
    std::map<std::string, Audience> audiences_;
    std::jthread thread_; // last: runs once everything else is there
};

} // namespace layers::fuse
