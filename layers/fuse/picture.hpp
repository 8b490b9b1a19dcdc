// The events of one group of callers: made from the reports that the group may see and the judgements about pairs of
// which it may see both, and from nothing else. Kept up with each change by making anew what hangs together with it;
// equal to a picture made from nothing (a property test).
#pragma once

#include "layers/fuse/event.hpp"
#include "layers/index/derived_rows.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace layers::fuse {

// Reports that are one without a judgement: the same reference of the same agency, or no reference and the same
// content to the last byte. One thread at a time.
class Twins {
public:
    void add(const Layer& reports, const Record& report);
    void remove(const Layer& reports, const Record& report);
    // Reports of the same key, this one among them.
    std::vector<geo::Uuid> of(const Layer& reports, const Record& report) const;

private:
    std::unordered_multimap<std::uint64_t, geo::Uuid> by_key_;
};

// What pictures are made from. All of it is everybody's: a picture takes of it what its callers may see.
struct Ground {
    std::shared_ptr<const index::View> reports;
    const JudgementLog& log;
    const Twins& twins;
    // Position of a report's first version: what makes one older than another.
    std::function<std::int64_t(const Record&)> born;
};

class Picture {
public:
    Picture(std::shared_ptr<const Layer> events, query::ExpressionPtr reports_policy);

    // Makes everything anew, from the reports as `ground` has them now, some at a time so that others get their turn
    // between: true when there is more to do. What changes meanwhile is to be touched, and met by the next update.
    void begin(const Ground& ground);
    bool go_on(const Ground& ground, std::size_t reports);
    void finish(const Ground& ground, store::Seq seq);
    void make(const Ground& ground, store::Seq seq, const std::stop_token& stop = {}); // all of it
    // Something about this report, or a judgement of it, has changed.
    void touch(const geo::Uuid& report) { touched_.insert(report); }
    // Makes anew what hangs together with touched reports; the picture is then that of `seq`.
    void update(const Ground& ground, store::Seq seq);

    std::shared_ptr<const index::View> view() const { return rows_.view(); }
    // The report as this group may see it; nothing when it may not.
    std::optional<Record> visible(const Ground& ground, const geo::Uuid& report) const;
    // The event that a visible report belongs to.
    geo::Uuid event_of_report(const geo::Uuid& report) const;
    bool is_of_several(const geo::Uuid& event) const { return members_of_.contains(event); }

    std::vector<geo::Uuid> members(const geo::Uuid& event) const; // the oldest first
    // A judgement `different` stands between a report of the one event and one of the other.
    bool kept_apart(const Ground& ground, const geo::Uuid& one, const geo::Uuid& other) const;

    // The reports tied together with `from`, wall or not: what a judgement can change. Ascending age.
    struct Knot {
        std::map<geo::Uuid, Record> reports;
        std::vector<Node> nodes;
        std::vector<Tie> ties;
        std::vector<Pair> different;
    };
    Knot knot(const Ground& ground, const std::vector<geo::Uuid>& from) const;
    // What was judged and said about an event of this picture.
    About about(const Ground& ground, const Group& group) const;

private:
    bool alone(const Ground& ground, const Record& report) const; // nothing ties it to others, nothing was said of it
    std::vector<geo::Uuid> concerned(const Ground& ground) const;
    void assign(const std::vector<Group>& groups);
    std::vector<Record> rows_of(const Ground& ground, const std::vector<geo::Uuid>& tied);
    Record row_of_group(const Ground& ground, const Knot& knot, const Group& group) const;

    struct Making {
        std::shared_ptr<const index::View> reports;
        index::SegmentBuilder events;
        std::vector<geo::Uuid> tied;
        std::size_t piece = 0;
        index::Row row = 0;
    };

    std::shared_ptr<const Layer> events_;
    query::ExpressionPtr policy_;
    index::DerivedRows rows_;
    std::unordered_map<geo::Uuid, geo::Uuid> event_of_;                // reports of events of several
    std::unordered_map<geo::Uuid, std::vector<geo::Uuid>> members_of_; // events of several
    std::unordered_set<geo::Uuid> touched_;
    std::unique_ptr<Making> making_;
};

} // namespace layers::fuse
