#include "layers/fuse/pictures.hpp"

#include "geo/error.hpp"
#include "layers/index/withdrawn.hpp"
#include "layers/query/record_row.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

namespace layers::fuse {

namespace {

constexpr std::size_t kMostPictures = 32;       // groups of callers
constexpr std::size_t kMostSteps = 1000;        // read from the journal at a time
constexpr std::size_t kMostBoxes = 16;          // of a notice; more are told as one
constexpr std::size_t kReportsAtATime = 1000;   // of a picture that is made for the first time, some milliseconds …
constexpr std::chrono::microseconds kTurn{200}; // … and the pause in which others come in

// A reason opens columns, not rows: with and without it a caller has the same picture.
access::Policy policy_of(access::Caller caller, const Layer& reports) {
    caller.purpose.clear();
    return access::compile(caller, reports);
}

// From `from` to `to` along visible ties, not along `without`; empty when there is no way.
std::vector<geo::Uuid> way(const std::vector<Tie>& ties, const geo::Uuid& from, const geo::Uuid& to,
                           const std::optional<Pair>& without) {
    std::unordered_map<geo::Uuid, std::vector<geo::Uuid>> neighbours;
    for (const auto& tie : ties) {
        if (without && tie.pair == *without) continue;
        neighbours[tie.pair.first].push_back(tie.pair.second);
        neighbours[tie.pair.second].push_back(tie.pair.first);
    }
    std::unordered_map<geo::Uuid, geo::Uuid> came{{from, from}};
    for (std::deque<geo::Uuid> waiting{from}; !waiting.empty() && !came.contains(to); waiting.pop_front())
        for (const auto& next : neighbours[waiting.front()])
            if (came.emplace(next, waiting.front()).second) waiting.push_back(next);
    if (!came.contains(to)) return {};
    std::vector<geo::Uuid> path{to};
    while (path.back() != from) path.push_back(came.at(path.back()));
    std::ranges::reverse(path);
    return path;
}

const Group* group_with(const std::vector<Group>& groups, const geo::Uuid& id) {
    for (const auto& group : groups)
        if (std::ranges::find(group.members, id) != group.members.end()) return &group;
    return nullptr;
}

} // namespace

Pictures::Pictures(const store::Store& store, const index::ReadModel& model, const feed::Journal& journal)
    : store_{store}, model_{model}, journal_{journal}, events_{std::make_shared<const Layer>(
                                                           *std::ranges::find(derived_layers(), "events", &Layer::id))},
      reports_{store.catalogue().find("reports")}, judgements_{store.catalogue().find("judgements")},
      statements_{store.catalogue().find("event_statements")} {}

index::Derived Pictures::derived() {
    return {.layer = events_,
            .made_from = {"reports", "judgements", "event_statements"},
            .now = [this](const access::Caller& caller) { return now(caller); },
            .past = [this](const access::Caller& caller, store::Seq at,
                           const std::stop_token& stop) { return past(caller, at, stop); }};
}

// The age of a report is that of its first version, which the current row doesn't tell once there are more.
std::int64_t Pictures::born(const Record& report) const {
    if (report.version <= 1) return report.seq;
    if (const auto known = born_.find(report.id); known != born_.end()) return known->second;
    const auto versions = store_.history(reports_->id, report.id);
    return born_[report.id] = versions.empty() ? report.seq : versions.front().seq_from;
}

Ground Pictures::ground() const {
    return {.reports = model_.view(reports_->id), .log = log_, .twins = twins_, .born = [this](const Record& report) {
                return born(report);
            }};
}

void Pictures::read_anew() {
    position_ = journal_.head(); // what comes while this reads is read again as a step
    pictures_.clear();           // whoever makes one now begins again
    log_ = {};
    twins_ = {};
    order_.clear();
    pair_of_judgement_.clear();
    const auto each = [&](const Layer& layer, const auto& add) {
        if (const auto view = model_.view(layer.id))
            view->each({}, query::always(), {},
                       [&](const index::Piece& piece, index::Row row) { add(index::to_record(*piece.segment, row)); });
    };
    std::vector<Judgement> judgements;
    each(*judgements_, [&](const Record& row) { judgements.push_back(judgement_of(*judgements_, row)); });
    std::ranges::sort(judgements, {}, &Judgement::seq);
    for (auto& judgement : judgements) {
        order_.push_back(judgement.id);
        pair_of_judgement_[judgement.id] = judgement.pair;
        log_.add(std::move(judgement));
    }
    each(*statements_, [&](const Record& row) { log_.add(event_statement_of(*statements_, row)); });
    each(*reports_, [&](const Record& row) { twins_.add(*reports_, row); });
}

void Pictures::follow() {
    if (position_ < 0 || !journal_.remembers(position_)) return read_anew();
    while (true) {
        const auto steps = journal_.read(position_, kMostSteps);
        if (steps.empty()) return;
        std::vector<geo::Uuid> touched;
        for (const auto& step : steps) {
            position_ = step->change.seq;
            const auto& layer = step->change.layer;
            if (layer == reports_->id) {
                if (step->before) twins_.remove(*reports_, *step->before);
                if (step->after) twins_.add(*reports_, *step->after);
                // Those that were its twins, or are.
                for (const auto& row : {step->before, step->after})
                    if (row)
                        for (const auto& twin : twins_.of(*reports_, *row)) touched.push_back(twin);
                touched.push_back(step->change.id);
            } else if (layer == judgements_->id && step->after) {
                auto judgement = judgement_of(*judgements_, *step->after);
                if (pair_of_judgement_.emplace(judgement.id, judgement.pair).second) order_.push_back(judgement.id);
                touched.insert(touched.end(), {judgement.pair.first, judgement.pair.second});
                log_.add(std::move(judgement));
            } else if (layer == statements_->id && step->after) {
                auto statement = event_statement_of(*statements_, *step->after);
                touched.push_back(statement.event);
                log_.add(std::move(statement));
            }
        }
        for (auto& [group, kept] : pictures_)
            for (const auto& id : touched) kept->picture.touch(id);
    }
}

void Pictures::forget_the_longest_unasked() {
    if (pictures_.size() < kMostPictures) return;
    auto oldest = pictures_.end();
    for (auto entry = pictures_.begin(); entry != pictures_.end(); ++entry)
        if (entry->second->ready && (oldest == pictures_.end() || entry->second->asked < oldest->second->asked))
            oldest = entry;
    if (oldest != pictures_.end()) pictures_.erase(oldest);
}

std::shared_ptr<Pictures::Kept> Pictures::picture(const access::Caller& caller, Lock& lock) {
    const auto policy = policy_of(caller, *reports_);
    while (true) {
        follow();
        const auto found = pictures_.find(policy.group);
        if (found == pictures_.end()) break;
        if (!found->second->ready) {
            made_.wait(lock);
            continue;
        }
        const auto kept = found->second;
        kept->asked = ++asked_;
        kept->picture.update(ground(), position_);
        return kept;
    }
    forget_the_longest_unasked();
    const auto kept = std::make_shared<Kept>(Kept{Picture{events_, policy.filter}, false, ++asked_});
    pictures_[policy.group] = kept;
    const auto stays = [&] {
        const auto entry = pictures_.find(policy.group);
        return entry != pictures_.end() && entry->second == kept;
    };
    try {
        kept->picture.begin(ground());
        while (kept->picture.go_on(ground(), kReportsAtATime)) {
            lock.unlock(); // everybody else's turn
            std::this_thread::sleep_for(kTurn);
            lock.lock();
            if (!stays()) return picture(caller, lock); // all was read anew meanwhile
        }
        kept->picture.finish(ground(), position_);
        follow();
        if (!stays()) return picture(caller, lock);
        kept->picture.update(ground(), position_);
    } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (stays()) pictures_.erase(policy.group);
        made_.notify_all();
        throw;
    }
    kept->ready = true;
    made_.notify_all();
    return kept;
}

std::shared_ptr<const index::View> Pictures::now(const access::Caller& caller) {
    Lock lock{mutex_};
    return picture(caller, lock)->picture.view();
}

std::shared_ptr<const index::View> Pictures::past(const access::Caller& caller, store::Seq at,
                                                  const std::stop_token& stop) {
    const auto view = model_.view(reports_->id);
    const auto policy = policy_of(caller, *reports_);
    const auto reports = index::past_view(view, policy.filter, store_, at, {}, stop);
    JudgementLog log;
    Twins twins;
    const auto each = [&](const Layer& layer, const auto& add) {
        store_.scan(layer.id, at, {}, {}, [&](const Record& row) {
            add(row);
            return !stop.stop_requested();
        });
    };
    each(*judgements_, [&](const Record& row) { log.add(judgement_of(*judgements_, row)); });
    each(*statements_, [&](const Record& row) { log.add(event_statement_of(*statements_, row)); });
    reports->each({}, policy.filter, {}, [&](const index::Piece& piece, index::Row row) {
        twins.add(*reports_, index::to_record(*piece.segment, row));
    });
    if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
    Picture then{events_, policy.filter};
    const std::lock_guard lock{mutex_}; // for the ages of reports
    then.make({.reports = reports, .log = log, .twins = twins, .born = [this](const Record& r) { return born(r); }}, at,
              stop);
    return then.view();
}

std::vector<feed::Notice> Pictures::notices(const access::Caller& caller, const index::Step& step) {
    const bool of_report = step.change.layer == reports_->id;
    if (!of_report && step.change.layer != judgements_->id && step.change.layer != statements_->id) return {};
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    const auto ground = this->ground();
    std::vector<geo::Uuid> concerned;
    if (of_report) {
        concerned.push_back(step.change.id);
        for (const auto& other : log_.judged_with(step.change.id)) concerned.push_back(other);
    } else if (step.after && step.change.layer == judgements_->id) {
        const auto pair = judgement_of(*judgements_, *step.after).pair;
        // Whoever sees but one of the two learns of no judgement.
        if (!picture.visible(ground, pair.first) || !picture.visible(ground, pair.second)) return {};
        concerned = {pair.first, pair.second};
    } else if (step.after) {
        concerned.push_back(event_statement_of(*statements_, *step.after).event);
    }

    const auto policy = policy_of(caller, *reports_);
    const bool saw = of_report && step.before && query::passes(policy.filter, *step.before);
    std::vector<feed::Notice> told;
    const auto tell = [&](const geo::Uuid& event, feed::Happened happened, std::vector<geo::Box> boxes) {
        if (std::ranges::any_of(told, [&](const auto& notice) { return notice.id == event; })) return;
        told.push_back({.layer = events_->id,
                        .id = event,
                        .happened = happened,
                        .at = step.change.recorded_at,
                        .boxes = std::move(boxes)});
    };
    for (const auto& id : concerned) {
        const bool seen = picture.visible(ground, id).has_value();
        if (!seen && !(saw && id == step.change.id)) continue;
        std::vector<geo::Box> boxes;
        const auto add = [&](const geo::Box& box) {
            if (!box.empty() && std::ranges::find(boxes, box) == boxes.end()) boxes.push_back(box);
        };
        if (saw && id == step.change.id) add(step.change.old_box);
        const auto event = seen ? picture.event_of_report(id) : id;
        if (seen)
            for (const auto& [member, record] : picture.knot(ground, {id}).reports) add(record.geometry.box());
        if (boxes.size() > kMostBoxes) {
            geo::Box all;
            for (const auto& box : boxes) all.add(box);
            boxes = {all};
        }
        if (!seen || event != id) tell(id, feed::Happened::removed, boxes);
        const bool fresh = of_report && event == step.change.id && !saw;
        if (seen) tell(event, fresh ? feed::Happened::created : feed::Happened::updated, boxes);
    }
    return told;
}

std::optional<geo::Uuid> Pictures::event_of(const access::Caller& caller, const geo::Uuid& report) {
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    if (!picture.visible(ground(), report)) return {};
    return picture.event_of_report(report);
}

std::optional<Explanation> Pictures::explain(const access::Caller& caller, const geo::Uuid& event) {
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    const auto ground = this->ground();
    if (!picture.visible(ground, event) || picture.event_of_report(event) != event) return {};
    auto knot = picture.knot(ground, {event});
    const auto groups = groups_of(knot.nodes, knot.ties, knot.different);
    const Group& group = *group_with(groups, event);
    Explanation out{.event = event,
                    .members = {},
                    .about = picture.about(ground, group),
                    .place = {},
                    .time = {},
                    .conflicts = {},
                    .across = group.across};
    for (const auto& id : group.members) out.members.push_back(knot.reports.at(id));
    std::vector<const Record*> told;
    for (const auto& member : out.members)
        if (!withdrawn(*reports_, member)) told.push_back(&member);
    if (told.empty())
        for (const auto& member : out.members) told.push_back(&member);
    out.place = best_place(*reports_, told);
    out.time = best_time(*reports_, told);
    out.conflicts = conflicts(*reports_, told);
    return out;
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
            question.settled = !trial(picture, ground, {{pair, Verdict::same}})[0].path.empty();
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
    const auto groups = groups_of(knot.nodes, knot.ties, knot.different);
    for (const auto& [pair, i] : last) {
        if (wanted[i].verdict == Verdict::different) {
            // An automatic tie gives way to a word of a person.
            auto judged = knot.ties;
            std::erase_if(judged, [](const Tie& tie) { return tie.seq == 0; });
            out[i].path = way(judged, pair.first, pair.second, pair);
        }
        if (wanted[i].verdict != Verdict::same) continue;
        const Group *one = group_with(groups, pair.first), *other = group_with(groups, pair.second);
        if (one == other) continue;
        // A pair judged different with an end in each: the way from one end over the new tie to the other.
        for (const auto& apart : knot.different) {
            const bool there = group_with(groups, apart.first) == one && group_with(groups, apart.second) == other;
            const bool back = group_with(groups, apart.first) == other && group_with(groups, apart.second) == one;
            if (!there && !back) continue;
            const auto& x = there ? apart.first : apart.second;
            const auto& y = there ? apart.second : apart.first;
            out[i].path = way(knot.ties, x, pair.first, pair);
            const auto behind = way(knot.ties, pair.second, y, pair);
            out[i].path.insert(out[i].path.end(), behind.begin(), behind.end());
            if (const auto* judged = log_.newest(apart); judged && !last.contains(apart)) out[i].against = *judged;
            break;
        }
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
