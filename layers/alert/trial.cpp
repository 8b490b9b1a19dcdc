#include "layers/alert/trial.hpp"

#include "geo/error.hpp"
#include "layers/query/record_row.hpp"

#include <algorithm>

namespace layers::alert {

namespace {

constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr std::int64_t kThursday = 3; // 1970-01-01 was one, counted from Monday
constexpr std::size_t kLatest = 10;

std::int64_t monday_of(geo::Instant t) { // days since 1970-01-01
    const auto day = t.us >= 0 ? t.us / kDay_us : (t.us + 1) / kDay_us - 1;
    const auto weekday = ((day + kThursday) % 7 + 7) % 7;
    return day - weekday;
}

std::string date_of(std::int64_t day) {
    return geo::to_rfc3339({day * kDay_us}).substr(0, 10);
}

std::optional<geo::Instant> instant_at(const Record& row, std::size_t ordinal) {
    const auto* at = std::get_if<geo::Instant>(&row.values[ordinal]);
    return at ? std::optional{*at} : std::nullopt;
}

geo::Instant happened(const Record& row) {
    const auto from = instant_at(row, common::valid_from);
    return from ? *from : instant_at(row, common::recorded_at).value_or(geo::Instant{});
}

// Each version at which the row began to match, by when that was stored; a first version by when it happened.
std::vector<geo::Instant> onsets(const BoundRule& rule, const store::Store& store, const access::Policy& policy,
                                 const geo::Uuid& id) {
    std::vector<geo::Instant> all;
    bool matched = false;
    for (const auto& version : store.history(rule.rule().collection, id)) {
        const bool matches =
            !version.removed && query::passes(policy.filter, version.record) && rule.matches(version.record);
        if (matches && !matched)
            all.push_back(version.record.version == 1
                              ? happened(version.record)
                              : instant_at(version.record, common::recorded_at).value_or(geo::Instant{}));
        matched = matches;
    }
    return all;
}

} // namespace

Trial trial(const Rule& rule, const index::ReadModel& model, const store::Store& store, const access::Caller& caller,
            geo::Instant from, geo::Instant to, const std::stop_token& stop) {
    Trial out;
    for (auto week = monday_of(from); week <= monday_of(to); week += 7) out.weeks[date_of(week)] = 0;
    const auto view = model.view(rule.collection);
    if (!view) return out;
    const auto policy = access::compile(caller, *view->layer);
    if (!policy.may_read) return out;
    const BoundRule bound{rule, *view->layer, policy.visible};
    std::vector<std::pair<geo::Instant, geo::Uuid>> found;
    const auto add = [&](geo::Instant at, const geo::Uuid& id) {
        if (at < from || at > to) return;
        found.emplace_back(at, id);
    };
    // What begins may have ended since: of those, rows that don't match now count too.
    const auto filter = rule.cause == Cause::onset ? policy.filter : query::all_of({policy.filter, bound.filter()});
    view->each_by_id({}, filter, {}, [&](const index::Piece& piece, index::Row at) {
        if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
        const auto row = index::to_record(*piece.segment, at);
        if (rule.cause == Cause::onset) {
            for (const auto& onset : onsets(bound, store, policy, row.id)) add(onset, row.id);
        } else if (rule.cause == Cause::due) {
            if (const auto due = bound.due(row)) add(*due, row.id);
        } else {
            add(happened(row), row.id);
        }
        return true;
    });
    std::ranges::sort(found, std::ranges::greater{});
    out.alerts = static_cast<std::int64_t>(found.size());
    for (const auto& [at, id] : found) {
        ++out.weeks[date_of(monday_of(at))];
        if (out.latest.size() < kLatest) out.latest.push_back(id);
    }
    return out;
}

} // namespace layers::alert
