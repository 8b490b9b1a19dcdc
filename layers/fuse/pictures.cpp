#include "layers/fuse/pictures.hpp"

#include "geo/error.hpp"
#include "layers/fuse/without_reason.hpp"
#include "layers/index/withdrawn.hpp"
#include "layers/query/record_row.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace layers::fuse {

namespace {

constexpr std::size_t kMostPictures = 32;       // groups of callers
constexpr std::size_t kMostSteps = 1000;        // read from the journal at a time
constexpr std::size_t kMostBoxes = 16;          // of a notice; more are told as one
constexpr std::size_t kReportsAtATime = 1000;   // of a picture that is made for the first time, some milliseconds …
constexpr std::chrono::microseconds kTurn{200}; // … and the pause in which others come in

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

bool Pictures::has_rows_of(const std::string& scenario) const {
    const auto view = model_.view(reports_->id);
    return view && std::ranges::any_of(view->pieces, [&](const index::Piece& piece) {
               const auto& column = piece.segment->column(common::scenario_id);
               for (std::uint32_t code = 1; code <= column.dictionary_size(); ++code)
                   if (column.entry(code) == scenario) return true;
               return false;
           });
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
    const auto policy = access::compile(without_reason(caller), *reports_);
    // A name that no report bears has no picture: whoever makes names up drives nobody's out.
    if (!caller.scenario.empty() && !has_rows_of(caller.scenario)) {
        follow();
        return nothing_;
    }
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
    const auto kept = std::make_shared<Kept>(Kept{.picture = Picture{events_, policy.filter}, .asked = ++asked_});
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
    const auto policy = access::compile(without_reason(caller), *reports_);
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

// Where an event may be drawn: the places of its reports; of many as one box. Kept for as long as nothing changes,
// since a batch of judgements tells of one event again and again.
const std::vector<geo::Box>& Pictures::boxes_of(Kept& kept, const Ground& ground, const geo::Uuid& event) const {
    if (kept.boxes_at != position_) kept.boxes.clear();
    kept.boxes_at = position_;
    const auto [entry, fresh] = kept.boxes.try_emplace(event);
    if (!fresh) return entry->second;
    auto& boxes = entry->second;
    geo::Box all;
    for (const auto& member : kept.picture.members(event)) {
        const auto found = ground.reports->find(member);
        if (!found) continue;
        const auto box = found->piece->segment->geometry(found->row).box();
        all.add(box);
        if (!box.empty() && boxes.size() <= kMostBoxes && std::ranges::find(boxes, box) == boxes.end())
            boxes.push_back(box);
    }
    if (boxes.size() > kMostBoxes) boxes = {all};
    return boxes;
}

std::vector<feed::Notice> Pictures::notices(const access::Caller& caller, const index::Step& step) {
    const bool of_report = step.change.layer == reports_->id;
    if (!of_report && step.change.layer != judgements_->id && step.change.layer != statements_->id) return {};
    const auto policy = access::compile(without_reason(caller), *reports_);
    if (!policy.may_read) return {};
    Lock lock{mutex_};
    const auto kept = this->picture(caller, lock);
    const auto& picture = kept->picture;
    const auto ground = this->ground();
    std::vector<geo::Uuid> concerned;
    if (of_report) {
        concerned.push_back(step.change.id);
        // Of a rescue report nothing is told beyond the wall; a report that crosses it is told on both sides.
        const auto rescue = [&](const auto& row) { return !row || is_rescue(*reports_, *row); };
        const bool stays_rescue = rescue(step.before) && rescue(step.after);
        for (const auto& other : log_.judged_with(step.change.id)) {
            const auto beside = picture.visible(ground, other);
            if (beside && (!stays_rescue || is_rescue(*reports_, *beside))) concerned.push_back(other);
        }
    } else if (step.after && step.change.layer == judgements_->id) {
        const auto pair = judgement_of(*judgements_, *step.after).pair;
        // Whoever sees but one of the two learns of no judgement.
        if (!picture.visible(ground, pair.first) || !picture.visible(ground, pair.second)) return {};
        concerned = {pair.first, pair.second};
    } else if (step.after) {
        concerned.push_back(event_statement_of(*statements_, *step.after).event);
    }

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
            for (const auto& box : boxes_of(*kept, ground, event)) add(box);
        if (!seen || event != id) tell(id, feed::Happened::removed, boxes);
        const bool fresh = of_report && event == step.change.id && !saw;
        if (seen) tell(event, fresh ? feed::Happened::created : feed::Happened::updated, boxes);
    }
    return told;
}

std::optional<geo::Uuid> Pictures::event_of(const access::Caller& caller, const geo::Uuid& report) {
    return events_of(caller, {report})[0];
}

std::vector<std::optional<geo::Uuid>> Pictures::events_of(const access::Caller& caller,
                                                          const std::vector<geo::Uuid>& reports) {
    Lock lock{mutex_};
    const auto kept = picture(caller, lock);
    const auto ground = this->ground();
    std::vector<std::optional<geo::Uuid>> out;
    for (const auto& report : reports)
        out.push_back(kept->picture.visible(ground, report) ? std::optional{kept->picture.event_of_report(report)}
                                                            : std::nullopt);
    return out;
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

} // namespace layers::fuse
