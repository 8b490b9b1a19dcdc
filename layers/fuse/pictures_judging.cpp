// What stands about pairs of reports, and what a new judgement would meet.
#include "layers/fuse/pictures.hpp"

#include <algorithm>
#include <deque>

namespace layers::fuse {

namespace {

// Ways along ties. Made once for all that are asked.
class Ways {
public:
    explicit Ways(const std::vector<Tie>& ties) {
        for (const auto& tie : ties) {
            neighbours_[tie.pair.first].push_back(tie.pair.second);
            neighbours_[tie.pair.second].push_back(tie.pair.first);
        }
    }
    // A shortest one, not along `without`; empty when there is none.
    std::vector<geo::Uuid> way(const geo::Uuid& from, const geo::Uuid& to, const Pair& without) const {
        std::unordered_map<geo::Uuid, geo::Uuid> came{{from, from}};
        for (std::deque<geo::Uuid> waiting{from}; !waiting.empty() && !came.contains(to); waiting.pop_front()) {
            const auto beside = neighbours_.find(waiting.front());
            if (beside == neighbours_.end()) continue;
            for (const auto& next : beside->second)
                if (pair_of(waiting.front(), next) != without && came.emplace(next, waiting.front()).second)
                    waiting.push_back(next);
        }
        if (!came.contains(to)) return {};
        std::vector<geo::Uuid> path{to};
        while (path.back() != from) path.push_back(came.at(path.back()));
        std::ranges::reverse(path);
        return path;
    }

private:
    std::unordered_map<geo::Uuid, std::vector<geo::Uuid>> neighbours_;
};

} // namespace

std::optional<Judgement> Pictures::judgement(const geo::Uuid& id) {
    const Lock lock{mutex_};
    follow();
    const auto pair = pair_of_judgement_.find(id);
    if (pair == pair_of_judgement_.end()) return {};
    return *std::ranges::find(log_.of(pair->second), id, &Judgement::id);
}

std::vector<Standing> Pictures::trial(const access::Caller& caller, const std::vector<Wanted>& wanted) {
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    return trial(picture, ground(), wanted);
}

std::vector<Question> Pictures::questions(const access::Caller& caller, const std::vector<Pair>& pairs) {
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    const auto ground = this->ground();
    std::vector<Question> out;
    out.reserve(pairs.size());
    for (const auto& pair : pairs) {
        Question question;
        if (const auto* newest = log_.newest(pair)) question.newest = *newest;
        const bool judged = question.newest && (question.newest->verdict == Verdict::same ||
                                                question.newest->verdict == Verdict::different);
        const auto one = picture.event_of_report(pair.first), other = picture.event_of_report(pair.second);
        // Nearly all pairs are of two reports that nobody ever judged: those need no closer look.
        const auto untouched = [&](const geo::Uuid& report, const geo::Uuid& event) {
            return report == event && log_.judged_with(report).empty() && !picture.is_of_several(event);
        };
        question.settled = judged || one == other;
        if (!question.settled && !(untouched(pair.first, one) && untouched(pair.second, other)))
            question.settled = picture.kept_apart(ground, one, other);
        out.push_back(std::move(question));
    }
    return out;
}

// All are taken as judged, in their order, and what then can't hold together is told of each.
std::vector<Standing> Pictures::trial(const Picture& picture, const Ground& ground,
                                      const std::vector<Wanted>& wanted) const {
    std::vector<Standing> out(wanted.size());
    std::vector<geo::Uuid> reports;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& pair = wanted[i].pair;
        const auto a = picture.visible(ground, pair.first), b = picture.visible(ground, pair.second);
        if (!a || !b) continue;
        out[i].seen = true;
        out[i].so_far = log_.of(pair);
        if (is_rescue(*reports_, *a) != is_rescue(*reports_, *b))
            out[i].wall = "one of the two is of rescue: they are linked, and stay two events";
        else
            reports.insert(reports.end(), {pair.first, pair.second});
    }
    std::ranges::sort(reports);
    reports.erase(std::unique(reports.begin(), reports.end()), reports.end());
    auto knot = picture.knot(ground, reports);
    // Only ties that hold: a contested one joins nothing, now or then.
    const auto before = groups_of(knot.nodes, knot.ties, knot.different);
    std::unordered_map<geo::Uuid, geo::Uuid> event;
    for (const auto& group : before)
        for (const auto& member : group.members) event[member] = group.members.front();
    std::erase_if(knot.ties, [&](const Tie& tie) { return event[tie.pair.first] != event[tie.pair.second]; });

    std::map<Pair, std::size_t> last; // what counts of each pair
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (out[i].seen && !out[i].wall) last[wanted[i].pair] = i;
    std::erase_if(knot.ties, [&](const Tie& tie) { return tie.seq != 0 && last.contains(tie.pair); });
    std::erase_if(knot.different, [&](const Pair& pair) { return last.contains(pair); });
    const auto newest = store::Seq{1} << 60; // behind all that were judged
    for (const auto& [pair, i] : last) {
        if (wanted[i].verdict == Verdict::same) knot.ties.push_back({pair, newest + static_cast<store::Seq>(i)});
        if (wanted[i].verdict == Verdict::different) knot.different.push_back(pair);
    }
    std::unordered_map<geo::Uuid, geo::Uuid> then; // event of each
    for (const auto& group : groups_of(knot.nodes, knot.ties, knot.different))
        for (const auto& member : group.members) then[member] = group.members.front();
    std::map<Pair, Pair> apart; // of two events: a pair of their reports that is judged different
    for (const auto& pair : knot.different) apart.emplace(pair_of(then[pair.first], then[pair.second]), pair);
    // An automatic tie gives way to a word of a person.
    auto judged = knot.ties;
    std::erase_if(judged, [](const Tie& tie) { return tie.seq == 0; });
    const Ways all{knot.ties}, of_people{judged};
    for (const auto& [pair, i] : last) {
        if (wanted[i].verdict == Verdict::different) out[i].path = of_people.way(pair.first, pair.second, pair);
        if (wanted[i].verdict != Verdict::same || then[pair.first] == then[pair.second]) continue;
        const auto between = apart.find(pair_of(then[pair.first], then[pair.second]));
        if (between == apart.end()) continue;
        // The way from one report that is judged different over the new tie to the other.
        const bool there = then[between->second.first] == then[pair.first];
        const auto& x = there ? between->second.first : between->second.second;
        const auto& y = there ? between->second.second : between->second.first;
        out[i].path = all.way(x, pair.first, pair);
        const auto behind = all.way(pair.second, y, pair);
        out[i].path.insert(out[i].path.end(), behind.begin(), behind.end());
        const auto* against = log_.newest(between->second);
        if (against && !last.contains(between->second)) out[i].against = *against;
    }
    return out;
}

std::vector<Judgement> Pictures::judgements(const access::Caller& caller, const std::optional<geo::Uuid>& before,
                                            std::size_t limit) {
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    const auto ground = this->ground();
    std::vector<Judgement> out;
    bool behind = !before;
    for (auto id = order_.rbegin(); id != order_.rend() && out.size() < limit; ++id) {
        if (!behind) {
            behind = *id == *before;
            continue;
        }
        const auto& pair = pair_of_judgement_.at(*id);
        if (!picture.visible(ground, pair.first) || !picture.visible(ground, pair.second)) continue;
        const auto& all = log_.of(pair);
        out.push_back(*std::ranges::find(all, *id, &Judgement::id));
    }
    return out;
}

} // namespace layers::fuse
