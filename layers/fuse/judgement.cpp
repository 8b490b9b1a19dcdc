#include "layers/fuse/judgement.hpp"

#include <algorithm>
#include <array>

namespace layers::fuse {

namespace {

constexpr std::array kVerdicts{"same", "different", "unsure", "none"}; // in the order of Verdict

std::string text_of(const Layer& layer, const Record& row, const char* field) {
    const auto* text = std::get_if<std::string>(&row.values[*layer.find(field)]);
    return text ? *text : std::string{};
}

geo::Uuid uuid_of(const Layer& layer, const Record& row, const char* field) {
    return geo::parse_uuid(text_of(layer, row, field)).value_or(geo::Uuid{});
}

geo::Instant recorded(const Record& row) {
    const auto* at = std::get_if<geo::Instant>(&row.values[common::recorded_at]);
    return at ? *at : geo::Instant{};
}

void set(Record& row, const Layer& layer, const char* field, const std::string& text) {
    if (!text.empty()) row.values[*layer.find(field)] = text;
}

Record blank(const Layer& layer, const geo::Uuid& id, const std::string& agency, const std::string& scenario) {
    Record row;
    row.id = id;
    row.values.resize(layer.fields.size());
    if (!agency.empty()) row.values[common::agency] = agency;
    if (!scenario.empty()) row.values[common::scenario_id] = scenario;
    return row;
}

template <typename Entry>
void insert_by_seq(std::vector<Entry>& list, Entry entry) {
    const auto behind = std::ranges::upper_bound(list, entry.seq, {}, &Entry::seq);
    list.insert(behind, std::move(entry));
}

} // namespace

Pair pair_of(const geo::Uuid& a, const geo::Uuid& b) {
    return a < b ? Pair{a, b} : Pair{b, a};
}

const char* name(Verdict verdict) {
    return kVerdicts.at(static_cast<std::size_t>(verdict));
}

std::optional<Verdict> verdict_from(std::string_view name) {
    for (std::size_t i = 0; i < kVerdicts.size(); ++i)
        if (name == kVerdicts[i]) return static_cast<Verdict>(i);
    return {};
}

bool is_split(const std::vector<Judgement>& all) {
    std::vector<Verdict> stands{Verdict::none};
    for (const auto& judgement : all) {
        if (stands.size() > 1 && stands[stands.size() - 2] == judgement.verdict)
            stands.pop_back();
        else
            stands.push_back(judgement.verdict);
    }
    const auto before = stands.size() > 1 ? std::find(stands.begin(), stands.end() - 1, Verdict::same) : stands.end();
    return stands.back() == Verdict::different && before != stands.end() && before != stands.end() - 1;
}

Judgement judgement_of(const Layer& layer, const Record& row) {
    return {.id = row.id,
            .seq = row.seq,
            .pair = pair_of(uuid_of(layer, row, "a"), uuid_of(layer, row, "b")),
            .verdict = verdict_from(text_of(layer, row, "verdict")).value_or(Verdict::none),
            .agency = text_of(layer, row, "agency"),
            .account = text_of(layer, row, "judged_by"),
            .why = text_of(layer, row, "why"),
            .at = recorded(row)};
}

EventStatement event_statement_of(const Layer& layer, const Record& row) {
    return {.id = row.id,
            .seq = row.seq,
            .event = uuid_of(layer, row, "event"),
            .state = text_of(layer, row, "state"),
            .agency = text_of(layer, row, "agency"),
            .account = text_of(layer, row, "said_by"),
            .why = text_of(layer, row, "why"),
            .at = recorded(row)};
}

Record row_of(const Layer& layer, const Judgement& judgement, const std::string& scenario) {
    Record row = blank(layer, judgement.id, judgement.agency, scenario);
    set(row, layer, "a", geo::to_string(judgement.pair.first));
    set(row, layer, "b", geo::to_string(judgement.pair.second));
    set(row, layer, "verdict", name(judgement.verdict));
    set(row, layer, "why", judgement.why);
    set(row, layer, "judged_by", judgement.account);
    return row;
}

Record row_of(const Layer& layer, const EventStatement& statement, const std::string& scenario) {
    Record row = blank(layer, statement.id, statement.agency, scenario);
    set(row, layer, "event", geo::to_string(statement.event));
    set(row, layer, "state", statement.state);
    set(row, layer, "why", statement.why);
    set(row, layer, "said_by", statement.account);
    return row;
}

void JudgementLog::add(Judgement judgement) {
    if (!ids_.insert(judgement.id).second) return;
    with_[judgement.pair.first].insert(judgement.pair.second);
    with_[judgement.pair.second].insert(judgement.pair.first);
    insert_by_seq(judgements_[judgement.pair], std::move(judgement));
}

void JudgementLog::add(EventStatement statement) {
    if (!ids_.insert(statement.id).second) return;
    insert_by_seq(statements_[statement.event], std::move(statement));
}

const std::vector<Judgement>& JudgementLog::of(const Pair& pair) const {
    static const std::vector<Judgement> none;
    const auto found = judgements_.find(pair);
    return found == judgements_.end() ? none : found->second;
}

const Judgement* JudgementLog::newest(const Pair& pair) const {
    const auto& all = of(pair);
    return all.empty() ? nullptr : &all.back();
}

const std::set<geo::Uuid>& JudgementLog::judged_with(const geo::Uuid& report) const {
    static const std::set<geo::Uuid> none;
    const auto found = with_.find(report);
    return found == with_.end() ? none : found->second;
}

const std::vector<EventStatement>& JudgementLog::about(const geo::Uuid& report) const {
    static const std::vector<EventStatement> none;
    const auto found = statements_.find(report);
    return found == statements_.end() ? none : found->second;
}

} // namespace layers::fuse
