// What people decided about pairs of reports, and said about events: the log that events are made from. Knows rows of
// the layers `judgements` and `event_statements`; who may see what is the matter of whoever asks.
#pragma once

#include "layers/model/layer.hpp"

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace layers::fuse {

struct Pair { // first < second
    geo::Uuid first, second;
    friend auto operator<=>(const Pair&, const Pair&) = default;
};
Pair pair_of(const geo::Uuid& a, const geo::Uuid& b);

enum class Verdict { same, different, unsure, none }; // none: as if nobody had judged
const char* name(Verdict verdict);
std::optional<Verdict> verdict_from(std::string_view name);

struct Judgement {
    geo::Uuid id;
    std::int64_t seq = 0;
    Pair pair;
    Verdict verdict = Verdict::none;
    std::string agency, account, why;
    geo::Instant at;
};

// Whether the pair was one and then taken apart, which is more than being different: `all` is what was judged about it,
// ascending. A judgement that brings back what stood before the last one undoes that, as if neither had been.
bool is_split(const std::vector<Judgement>& all);

struct EventStatement {
    geo::Uuid id;
    std::int64_t seq = 0;
    geo::Uuid event;
    std::string state; // of the enumeration in model/event_statements.cpp
    std::string agency, account, why;
    geo::Instant at;
};

// Rows as they are stored, and back. The store gives seq and time.
Judgement judgement_of(const Layer& judgements, const Record& row);
EventStatement event_statement_of(const Layer& event_statements, const Record& row);
Record row_of(const Layer& judgements, const Judgement& judgement, const std::string& scenario);
Record row_of(const Layer& event_statements, const EventStatement& statement, const std::string& scenario);

// One thread at a time. Adding the same one twice changes nothing; the order of adding doesn't matter.
class JudgementLog {
public:
    void add(Judgement judgement);
    void add(EventStatement statement);
    const std::vector<Judgement>& of(const Pair& pair) const;                // ascending seq
    const Judgement* newest(const Pair& pair) const;                         // null: nobody judged
    const std::set<geo::Uuid>& judged_with(const geo::Uuid& report) const;   // the others of its pairs
    const std::vector<EventStatement>& about(const geo::Uuid& report) const; // ascending seq

private:
    std::set<geo::Uuid> ids_;
    std::map<Pair, std::vector<Judgement>> judgements_;
    std::unordered_map<geo::Uuid, std::set<geo::Uuid>> with_;
    std::unordered_map<geo::Uuid, std::vector<EventStatement>> statements_;
};

} // namespace layers::fuse
