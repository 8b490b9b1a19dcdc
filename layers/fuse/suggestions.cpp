#include "layers/fuse/suggestions.hpp"

#include "geo/background.hpp"
#include "geo/error.hpp"
#include "layers/fuse/without_reason.hpp"
#include "layers/query/record_row.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace layers::fuse {

namespace {

constexpr std::size_t kMostAudiences = 32;
constexpr std::size_t kMostSteps = 1000;
constexpr double kLeastOfAreas =
    0.05; // a province's month meets every report in it: those that it hardly tells of are left out
constexpr std::chrono::seconds kPatience{4}; // of a question, while everything is compared for the first time

std::string scenario_of(const Record& report) {
    const auto* name = std::get_if<std::string>(&report.values[common::scenario_id]);
    return name ? *name : std::string{};
}

// Taken back, or without place or time: not compared.
std::optional<Report> comparable(const Layer& reports, const Record* record) {
    if (!record || withdrawn(reports, *record)) return {};
    return report_of(reports, *record);
}

bool likelier(const Assessed& x, const Assessed& y) {
    if (x.probability != y.probability) return x.probability > y.probability;
    return std::pair{x.pair.a, x.pair.b} < std::pair{y.pair.a, y.pair.b};
}

} // namespace

Suggestions::Suggestions(const index::ReadModel& model, const feed::Journal& journal)
    : model_{model}, journal_{journal}, reports_{model.catalogue().find("reports")},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

Suggestions::~Suggestions() {
    thread_.request_stop();
    thread_.join();
}

void Suggestions::run(const std::stop_token& stop) {
    geo::go_to_background(10); // comparing everything takes both cores for seconds; a question follows by itself
    try {
        compare_everything(stop);
        for (store::Seq seen = -1; journal_.wait_beyond(seen, stop);) {
            const std::lock_guard lock{mutex_};
            follow();
            seen = position_;
        }
    } catch (const geo::Error&) {
        // Stopped, or the store failed: a question tries again and says so.
    }
}

// All reports there are at once, on two threads; those that come meanwhile are met as steps afterwards.
void Suggestions::compare_everything(const std::stop_token& stop) {
    const auto from = journal_.head();
    std::map<std::string, Scenario> scenarios;
    if (const auto view = model_.view(reports_->id)) {
        view->each({}, query::always(), {}, [&](const index::Piece& piece, index::Row row) {
            const auto record = index::to_record(*piece.segment, row);
            if (auto report = comparable(*reports_, &record))
                scenarios[scenario_of(record)].finder.add(std::move(*report));
        });
    }
    for (auto& [name, scenario] : scenarios) {
        for (auto& pair : compare_all(scenario.finder, {.threads = 2, .progress = {}, .stop = stop}).pairs) {
            scenario.of[pair.a].push_back(pair);
            scenario.of[pair.b].push_back(pair);
        }
    }
    const std::lock_guard lock{mutex_};
    scenarios_ = std::move(scenarios);
    audiences_.clear();
    uses_.clear();
    position_ = from;
    ready_ = true;
    ready_changed_.notify_all();
}

void Suggestions::drop(Scenario& scenario, const geo::Uuid& id) {
    const auto own = scenario.of.find(id);
    if (own != scenario.of.end()) {
        for (const auto& pair : own->second) {
            const auto other = scenario.of.find(pair.a == id ? pair.b : pair.a);
            if (other == scenario.of.end()) continue;
            std::erase_if(other->second, [&](const Comparison& c) { return c.a == id || c.b == id; });
            if (other->second.empty()) scenario.of.erase(other);
        }
        scenario.of.erase(id);
    }
    scenario.finder.remove(id);
}

void Suggestions::put(const index::Step& step) {
    const auto before = comparable(*reports_, step.before.get());
    auto after = comparable(*reports_, step.after.get());
    for (auto& [group, audience] : audiences_) {
        const bool was = audience.visible.erase(step.change.id) > 0;
        if (was && before) {
            audience.all.remove(*before);
            if (!before->rescue) audience.enforcement.remove(*before);
        }
        const bool is = after && query::passes(audience.policy, *step.after);
        if (is) {
            audience.visible.insert(step.change.id);
            audience.all.add(*after);
            if (!after->rescue) audience.enforcement.add(*after);
        }
        if (was || is) audience.scored.clear();
    }
    if (step.before) drop(scenarios_[scenario_of(*step.before)], step.change.id);
    if (!after) return;
    auto& scenario = scenarios_[scenario_of(*step.after)];
    // Twice the same step, after a start: what it says is in already.
    drop(scenario, step.change.id);
    for (const auto& pair : scenario.finder.candidates(*after).pairs) {
        scenario.of[pair.a].push_back(pair);
        scenario.of[pair.b].push_back(pair);
    }
    scenario.finder.add(std::move(*after));
}

void Suggestions::follow() {
    while (ready_) {
        const auto steps = journal_.read(position_, kMostSteps);
        if (steps.empty()) return;
        for (const auto& step : steps) {
            if (step->change.layer == reports_->id) put(*step);
            position_ = step->change.seq;
        }
    }
}

void Suggestions::wait_until_ready(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
    if (!ready_changed_.wait_for(lock, stop, kPatience, [this] { return ready_; })) {
        if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
        throw geo::Error{geo::ErrorCode::busy, "All reports are being compared for the first time: ask again soon."};
    }
    follow();
}

Suggestions::Audience& Suggestions::audience(const access::Caller& caller) {
    auto policy = access::compile(without_reason(caller), *reports_);
    if (!scenarios_.contains(caller.scenario)) policy.group = "nothing"; // a made-up name drives nobody out
    if (const auto known = audiences_.find(policy.group); known != audiences_.end()) {
        uses_.splice(uses_.begin(), uses_, known->second.use);
        return known->second;
    }
    if (audiences_.size() >= kMostAudiences) {
        audiences_.erase(uses_.back());
        uses_.pop_back();
    }
    uses_.push_front(policy.group);
    auto& fresh = audiences_[policy.group];
    fresh.policy = policy.filter;
    fresh.scenario = caller.scenario;
    fresh.use = uses_.begin();
    const auto scenario = scenarios_.find(caller.scenario);
    const auto view = model_.view(reports_->id);
    if (scenario == scenarios_.end() || !view) return fresh;
    // Only what the finder holds: the view may be ahead of the journal's place, and its steps are still to come.
    view->each({}, policy.filter, {}, [&](const index::Piece& piece, index::Row row) {
        const auto* report = scenario->second.finder.find(piece.segment->id(row));
        if (!report || !fresh.visible.insert(report->id).second) return;
        fresh.all.add(*report);
        if (!report->rescue) fresh.enforcement.add(*report);
    });
    return fresh;
}

const std::vector<Assessed>& Suggestions::scored(Audience& audience, const HiddenTerms& hidden) {
    const auto [entry, fresh] = audience.scored.try_emplace(hidden.to_string());
    if (!fresh) return entry->second;
    const auto scenario = scenarios_.find(audience.scenario);
    if (scenario == scenarios_.end()) return entry->second;
    const auto& finder = scenario->second.finder;
    std::vector<Comparison> enforcement, others;
    for (const auto& [id, list] : scenario->second.of) {
        for (const auto& pair : list) {
            if (pair.a != id || !audience.visible.contains(pair.a) || !audience.visible.contains(pair.b)) continue;
            const auto* one = finder.find(pair.a);
            (pair.across_purpose_wall || !one || one->rescue ? others : enforcement).push_back(pair);
        }
    }
    // Nothing of rescue weighs on a pair of enforcement: neither how common a place is nor a rival or a third report.
    const auto find = [&](const geo::Uuid& id) { return finder.find(id); };
    const AssessOptions options{.hidden = hidden, .weights = {}, .threads = 2};
    auto all = assess(std::move(enforcement), find, audience.enforcement, options);
    auto more = assess(std::move(others), find, audience.all, options);
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    std::ranges::sort(all, likelier);
    return entry->second = std::move(all);
}

std::vector<Assessed> Suggestions::choose(const access::Caller& caller, const std::stop_token& stop,
                                          const std::function<bool(const Assessed&)>& wanted) {
    const auto hidden = hidden_terms(*reports_, access::compile(caller, *reports_).visible);
    std::unique_lock lock{mutex_};
    wait_until_ready(lock, stop);
    std::vector<Assessed> out;
    std::ranges::copy_if(scored(audience(caller), hidden), std::back_inserter(out), wanted);
    return out;
}

std::vector<Assessed> Suggestions::pairs(const access::Caller& caller, double least, const std::stop_token& stop) {
    return choose(caller, stop, [least](const Assessed& assessed) {
        return assessed.probability >= least ||
               (assessed.decision == Decision::person && assessed.probability >= kLeastOfAreas);
    });
}

std::vector<Assessed> Suggestions::pairs_of(const access::Caller& caller, const geo::Uuid& report,
                                            const std::stop_token& stop) {
    return choose(caller, stop, [&report](const Assessed& assessed) {
        return assessed.pair.a == report || assessed.pair.b == report;
    });
}

std::vector<Assessed> Suggestions::pairs_among(const access::Caller& caller, const std::vector<geo::Uuid>& reports,
                                               const std::stop_token& stop) {
    const std::unordered_set<geo::Uuid> set(reports.begin(), reports.end());
    return choose(caller, stop, [&set](const Assessed& assessed) {
        return set.contains(assessed.pair.a) && set.contains(assessed.pair.b);
    });
}

std::vector<Term> Suggestions::terms(const access::Caller& caller, const Assessed& assessed) const {
    const std::lock_guard lock{mutex_};
    const auto scenario = scenarios_.find(caller.scenario);
    if (scenario == scenarios_.end()) return {};
    const auto* a = scenario->second.finder.find(assessed.pair.a);
    const auto* b = scenario->second.finder.find(assessed.pair.b);
    if (!a || !b) return {};
    return explain(assessed, *a, *b);
}

} // namespace layers::fuse
