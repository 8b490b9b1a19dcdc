// The pictures of all groups of callers who ask, kept up with the journal of changes: the derived layer `events`, what
// its live notices are, and why an event is what it is. A picture is made when its group first asks and follows when it
// is next asked for; of many groups the longest unasked is forgotten.
#pragma once

#include "layers/feed/journal.hpp"
#include "layers/feed/notice.hpp"
#include "layers/fuse/picture.hpp"
#include "layers/index/sources.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace layers::fuse {

// An event taken apart, as one group of callers may know it. Records are rows of the layer `reports`, unmasked: whoever
// shows them masks their columns.
struct Explanation {
    geo::Uuid event;
    std::vector<Record> members; // the oldest first
    About about;
    Best place, time; // of `members`
    std::vector<Conflict> conflicts;
    std::vector<geo::Uuid> across; // reports beyond the purpose wall that are tied to it
};

struct Wanted { // a judgement that somebody is about to make
    Pair pair;
    Verdict verdict = Verdict::none;
};

// What a judgement would meet: why it can't be, or what stands now.
struct Standing {
    bool seen = false;             // the caller may see both reports
    const char* wall = nullptr;    // not null: the judgement makes a link, not one event
    std::vector<Judgement> so_far; // about this pair, ascending
    std::vector<geo::Uuid> path;   // reports that tie the two together, or would through `against`; empty: no obstacle
    std::optional<Judgement> against; // the judgement that contradicts
};

// What is left to ask about a pair.
struct Question {
    bool settled = false;            // judged same or different, one event without it, or never to be one
    std::optional<Judgement> newest; // about this pair
};

// Thread-safe.
class Pictures {
public:
    // All must outlive this.
    Pictures(const store::Store& store, const index::ReadModel& model, const feed::Journal& journal);

    index::Derived derived();
    // Of what a step may have changed among the caller's events, with every place that it may be drawn at.
    std::vector<feed::Notice> notices(const access::Caller& caller, const index::Step& step);
    // Nothing: no event, or not for this caller.
    std::optional<Explanation> explain(const access::Caller& caller, const geo::Uuid& event);
    // The id of the event that a report belongs to; nothing when the caller may not see the report.
    std::optional<geo::Uuid> event_of(const access::Caller& caller, const geo::Uuid& report);
    // Of many, in their order.
    std::vector<std::optional<geo::Uuid>> events_of(const access::Caller& caller,
                                                    const std::vector<geo::Uuid>& reports);
    // Whatever has this id, whoever may see it: ids are taken once.
    std::optional<Judgement> judgement(const geo::Uuid& id);
    // What stands of each, and why it can't be judged so: all of them together, in their order.
    std::vector<Standing> trial(const access::Caller& caller, const std::vector<Wanted>& wanted);
    // Of many pairs at once, in their order; the caller must see both of each.
    std::vector<Question> questions(const access::Caller& caller, const std::vector<Pair>& pairs);
    // About pairs of which the caller sees both, newest first, at most `limit`, older than `before` (nothing: all).
    std::vector<Judgement> judgements(const access::Caller& caller, const std::optional<geo::Uuid>& before,
                                      std::size_t limit);

private:
    struct Kept {
        Picture picture;
        bool ready = false; // false: somebody is making it
        std::uint64_t asked = 0;
        store::Seq boxes_at = -1;
        std::map<geo::Uuid, std::vector<geo::Box>> boxes = {};
    };
    using Lock = std::unique_lock<std::mutex>;
    std::shared_ptr<const index::View> now(const access::Caller& caller);
    std::shared_ptr<const index::View> past(const access::Caller& caller, store::Seq at, const std::stop_token& stop);
    // With the mutex held.
    void follow();
    void read_anew();
    // May give the mutex up in between, while the picture is made for the first time.
    std::shared_ptr<Kept> picture(const access::Caller& caller, Lock& lock);
    void forget_the_longest_unasked();
    const std::vector<geo::Box>& boxes_of(Kept& kept, const Ground& ground, const geo::Uuid& event) const;
    bool has_rows_of(const std::string& scenario) const;
    std::vector<Standing> trial(const Picture& picture, const Ground& ground, const std::vector<Wanted>& wanted) const;
    Ground ground() const;
    std::int64_t born(const Record& report) const;

    const store::Store& store_;
    const index::ReadModel& model_;
    const feed::Journal& journal_;
    const std::shared_ptr<const Layer> events_, reports_, judgements_, statements_;

    std::mutex mutex_;
    store::Seq position_ = -1; // of the journal; -1: nothing was read yet
    JudgementLog log_;
    std::vector<geo::Uuid> order_; // of judgements, ascending seq
    std::map<geo::Uuid, Pair> pair_of_judgement_;
    Twins twins_;
    mutable std::unordered_map<geo::Uuid, std::int64_t> born_; // of reports with more than one version
    std::condition_variable made_;
    std::uint64_t asked_ = 0;
    std::map<std::string, std::shared_ptr<Kept>> pictures_; // by group of callers
    const std::shared_ptr<Kept> nothing_ =
        std::make_shared<Kept>(Kept{.picture = Picture{events_, query::never()}, .ready = true});
};

} // namespace layers::fuse
