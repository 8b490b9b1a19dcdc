#include "layers/fuse/picture.hpp"

#include "geo/error.hpp"
#include "layers/query/record_row.hpp"

#include <algorithm>
#include <deque>

namespace layers::fuse {

namespace {

std::string text(const Record& row, std::size_t ordinal) {
    const auto* value = std::get_if<std::string>(&row.values[ordinal]);
    return value ? *value : std::string{};
}

// Columns that not everybody reads must not show through what merges by itself: a report that says something in one of
// them is nobody's twin but by its reference.
bool says_restricted(const Layer& reports, const Record& report) {
    for (std::size_t i = 0; i < report.values.size(); ++i) {
        const auto access = reports.fields[i].access;
        const bool restricted = access == AccessClass::need_to_know || access == AccessClass::sealed;
        if (restricted && !geo::is_null(report.values[i])) return true;
    }
    return false;
}

std::uint64_t key_of(const Layer& reports, const Record& report) {
    const auto reference = text(report, common::source_ref);
    if (reference.empty() && says_restricted(reports, report)) return std::hash<geo::Uuid>{}(report.id);
    const auto said =
        reference.empty() ? "content " + std::to_string(content_of(reports, report)) : "reference " + reference;
    return std::hash<std::string>{}(text(report, common::scenario_id) + '\n' + text(report, common::agency) + '\n' +
                                    said);
}

std::vector<const Record*> records_of(const Picture::Knot& knot, const Group& group) {
    std::vector<const Record*> members;
    for (const auto& id : group.members) members.push_back(&knot.reports.at(id));
    return members;
}

} // namespace

void Twins::add(const Layer& reports, const Record& report) {
    const auto key = key_of(reports, report);
    const auto [first, last] = by_key_.equal_range(key);
    if (std::none_of(first, last, [&](const auto& entry) { return entry.second == report.id; }))
        by_key_.emplace(key, report.id);
}

void Twins::remove(const Layer& reports, const Record& report) {
    const auto [first, last] = by_key_.equal_range(key_of(reports, report));
    const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == report.id; });
    if (found != last) by_key_.erase(found);
}

std::vector<geo::Uuid> Twins::of(const Layer& reports, const Record& report) const {
    std::vector<geo::Uuid> twins;
    const auto [first, last] = by_key_.equal_range(key_of(reports, report));
    for (auto entry = first; entry != last; ++entry) twins.push_back(entry->second);
    std::ranges::sort(twins);
    return twins;
}

Picture::Picture(std::shared_ptr<const Layer> events, query::ExpressionPtr reports_policy)
    : events_{std::move(events)}, policy_{std::move(reports_policy)}, rows_{events_} {}

std::optional<Record> Picture::visible(const Ground& ground, const geo::Uuid& report) const {
    const auto found = ground.reports ? ground.reports->find(report) : std::nullopt;
    if (!found) return {};
    auto record = index::to_record(*found->piece->segment, found->row);
    if (!query::passes(policy_, record)) return {};
    return record;
}

geo::Uuid Picture::event_of_report(const geo::Uuid& report) const {
    const auto found = event_of_.find(report);
    return found == event_of_.end() ? report : found->second;
}

bool Picture::kept_apart(const Ground& ground, const geo::Uuid& one, const geo::Uuid& other) const {
    auto fewer = members(one), more = members(other);
    const auto beyond = fewer.size() < more.size() ? other : one;
    if (more.size() < fewer.size()) std::swap(fewer, more);
    for (const auto& member : fewer)
        for (const auto& judged : ground.log.judged_with(member))
            if (event_of_report(judged) == beyond &&
                ground.log.newest(pair_of(member, judged))->verdict == Verdict::different && visible(ground, judged))
                return true;
    return false;
}

std::vector<geo::Uuid> Picture::members(const geo::Uuid& event) const {
    const auto found = members_of_.find(event);
    return found == members_of_.end() ? std::vector{event} : found->second;
}

Picture::Knot Picture::knot(const Ground& ground, const std::vector<geo::Uuid>& from) const {
    Knot knot;
    std::set<Pair> ties, different;
    std::deque<geo::Uuid> waiting(from.begin(), from.end());
    std::unordered_set<geo::Uuid> seen(from.begin(), from.end());
    const auto want = [&](const geo::Uuid& id) {
        if (seen.insert(id).second) waiting.push_back(id);
    };
    for (; !waiting.empty(); waiting.pop_front()) {
        auto report = visible(ground, waiting.front());
        if (!report) continue;
        const auto id = report->id;
        const auto twins = ground.twins.of(*ground.reports->layer, *report);
        knot.nodes.push_back({id, ground.born(*report), is_rescue(*ground.reports->layer, *report)});
        knot.reports.emplace(id, std::move(*report));
        for (const auto& other : ground.log.judged_with(id)) {
            const Pair pair = pair_of(id, other);
            const auto* newest = ground.log.newest(pair);
            if (newest->verdict == Verdict::different) different.insert(pair);
            if (newest->verdict != Verdict::same || !ties.insert(pair).second) continue;
            knot.ties.push_back({pair, newest->seq});
            want(other);
        }
        // With those before and behind it: a chain of all that one may see, whoever may see what.
        for (const auto& other : twins)
            if (other != id) want(other);
    }
    // Ties need both ends; those of twins are made of what is visible, in the order of their ids.
    std::erase_if(knot.ties, [&](const Tie& tie) {
        return !knot.reports.contains(tie.pair.first) || !knot.reports.contains(tie.pair.second);
    });
    // On each side of the purpose wall for itself: a rescue report between two others must not part them.
    std::map<std::pair<std::uint64_t, bool>, geo::Uuid> last_of;
    for (const auto& [id, report] : knot.reports) {
        const std::pair key{key_of(*ground.reports->layer, report), is_rescue(*ground.reports->layer, report)};
        if (const auto last = last_of.find(key); last != last_of.end()) knot.ties.push_back({{last->second, id}, 0});
        last_of.insert_or_assign(key, id);
    }
    for (const auto& pair : different)
        if (knot.reports.contains(pair.first) && knot.reports.contains(pair.second)) knot.different.push_back(pair);
    return knot;
}

About Picture::about(const Ground& ground, const Group& group) const {
    About about;
    about.contested = group.contested;
    const auto& layer = *ground.reports->layer;
    const auto oldest = visible(ground, group.members.front());
    for (const auto& id : group.members) {
        const auto& said = ground.log.about(id);
        about.statements.insert(about.statements.end(), said.begin(), said.end());
        for (const auto& other : ground.log.judged_with(id)) {
            const bool inside = event_of_report(other) == group.members.front();
            if (inside && other < id) continue; // told with the other end
            const auto seen = visible(ground, other);
            if (!seen) continue;
            const auto& all = ground.log.of(pair_of(id, other));
            // Nothing of rescue shows on the other side of the wall, not even that something was judged.
            if (is_rescue(layer, *seen) != group.rescue) {
                if (group.rescue && all.back().verdict == Verdict::same)
                    about.links.push_back(geo::to_string(event_of_report(other)));
                continue;
            }
            about.judgements.insert(about.judgements.end(), all.begin(), all.end());
            if (inside || !is_split(all)) continue;
            const auto whole = event_of_report(other);
            const auto first = visible(ground, whole);
            if (first && oldest && ground.born(*first) < ground.born(*oldest)) about.split_from = geo::to_string(whole);
        }
    }
    std::ranges::sort(about.judgements, {}, &Judgement::seq);
    std::ranges::sort(about.statements, {}, &EventStatement::seq);
    std::ranges::sort(about.links);
    about.links.erase(std::unique(about.links.begin(), about.links.end()), about.links.end());
    return about;
}

bool Picture::alone(const Ground& ground, const Record& report) const {
    return ground.log.judged_with(report.id).empty() && ground.log.about(report.id).empty() &&
           ground.twins.of(*ground.reports->layer, report).size() < 2;
}

void Picture::assign(const std::vector<Group>& groups) {
    for (const auto& group : groups) {
        if (group.members.size() == 1) continue;
        for (const auto& member : group.members) event_of_[member] = group.members.front();
        members_of_[group.members.front()] = group.members;
    }
}

Record Picture::row_of_group(const Ground& ground, const Knot& knot, const Group& group) const {
    return event_of(*events_, *ground.reports->layer, records_of(knot, group), about(ground, group));
}

// Most reports stand alone, and are made into events as they are met; those that are tied wait until it is known which
// belong together, since an event may tell of another (split from, links).
std::vector<Record> Picture::rows_of(const Ground& ground, const std::vector<geo::Uuid>& tied) {
    const Knot knot = this->knot(ground, tied);
    const auto groups = groups_of(knot.nodes, knot.ties, knot.different);
    assign(groups);
    std::vector<Record> rows;
    for (const auto& group : groups) rows.push_back(row_of_group(ground, knot, group));
    return rows;
}

void Picture::begin(const Ground& ground) {
    event_of_.clear();
    members_of_.clear();
    touched_.clear();
    making_.reset(new Making{ground.reports, index::SegmentBuilder{*events_}, {}, 0, 0});
}

bool Picture::go_on(const Ground& ground, std::size_t reports) {
    if (!making_->reports) return false;
    const auto& pieces = making_->reports->pieces;
    for (; making_->piece < pieces.size(); ++making_->piece, making_->row = 0) {
        const auto& piece = pieces[making_->piece];
        const index::SegmentFilter passes{*piece.segment, *making_->reports->layer, policy_, {}};
        for (; making_->row < piece.segment->size(); ++making_->row) {
            if (reports-- == 0) return true;
            if (!piece.dead->visible(making_->row, making_->reports->seq) || !passes(making_->row)) continue;
            const auto report = index::to_record(*piece.segment, making_->row);
            if (alone(ground, report))
                making_->events.add(event_of(*events_, *ground.reports->layer, {&report}, {}));
            else
                making_->tied.push_back(report.id);
        }
    }
    return false;
}

void Picture::finish(const Ground& ground, store::Seq seq) {
    rows_.replace_all(making_->events.finish(), seq);
    rows_.apply({}, rows_of(ground, making_->tied), seq); // may hold reports that were alone when they were met
    making_.reset();
}

void Picture::make(const Ground& ground, store::Seq seq, const std::stop_token& stop) {
    constexpr std::size_t kBetweenLooks = 1000;
    begin(ground);
    while (go_on(ground, kBetweenLooks))
        if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
    finish(ground, seq);
}

// Each report whose event may be another one now: what was one event with a touched report, and what it was ever
// judged with.
std::vector<geo::Uuid> Picture::concerned(const Ground& ground) const {
    std::set<geo::Uuid> ids;
    const auto add_event = [&](const geo::Uuid& report) {
        const auto members = members_of_.find(event_of_report(report));
        if (members != members_of_.end()) ids.insert(members->second.begin(), members->second.end());
        ids.insert(report);
    };
    for (const auto& id : touched_) {
        add_event(id);
        for (const auto& other : ground.log.judged_with(id)) add_event(other);
    }
    return {ids.begin(), ids.end()};
}

void Picture::update(const Ground& ground, store::Seq seq) {
    if (touched_.empty()) return rows_.stand(seq);
    std::vector<Record> rows;
    std::vector<geo::Uuid> tied;
    std::unordered_set<geo::Uuid> gone; // ids of events as they were
    for (const auto& id : concerned(ground)) {
        gone.insert({id, event_of_report(id)});
        const auto report = visible(ground, id);
        if (report && !event_of_.contains(id) && alone(ground, *report))
            rows.push_back(event_of(*events_, *ground.reports->layer, {&*report}, {}));
        else
            tied.push_back(id);
    }
    touched_.clear();
    // What hangs together with them is made anew with them, and may have been other events.
    for (const auto& node : knot(ground, tied).nodes) {
        gone.insert({node.id, event_of_report(node.id)});
        tied.push_back(node.id);
    }
    for (const auto& id : gone) {
        const auto members = members_of_.find(id);
        if (members == members_of_.end()) continue;
        for (const auto& member : members->second) {
            event_of_.erase(member);
            tied.push_back(member);
        }
        members_of_.erase(members);
    }
    std::ranges::sort(tied);
    tied.erase(std::unique(tied.begin(), tied.end()), tied.end());
    for (auto& row : rows_of(ground, tied)) rows.push_back(std::move(row));
    for (const auto& row : rows) gone.erase(row.id);
    // What is as it was isn't touched: no tile is built anew for it.
    std::erase_if(rows, [&](const Record& row) {
        const auto old = rows_.view()->find(row.id);
        if (!old) return false;
        const auto was = index::to_record(*old->piece->segment, old->row);
        return was.version == row.version && was.values == row.values && was.geometry == row.geometry;
    });
    rows_.apply({gone.begin(), gone.end()}, rows, seq);
}

} // namespace layers::fuse
