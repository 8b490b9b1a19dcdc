#include "layers/fuse/fit.hpp"

#include "layers/fuse/spread.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace layers::fuse {
namespace {

constexpr int kRounds = 5;
// For how many pairs the weights before count: the table's for all lists together, those for two agencies.
constexpr double kTablePairs = 25;
constexpr double kCommonPairs = 40;

// Shares that sum to one and are fitted together: the first row of the table, and how many.
struct Shares {
    Weight first;
    std::size_t count;
};
constexpr Shares kPlaceStated{Weight::place_sharp, 3}, kPlaceUnstated{Weight::place_exact, 4};
constexpr Shares kTimeStated{Weight::time_sharp, 3}, kTimeUnstated{Weight::time_minutes, 4};
constexpr Shares kKindM{Weight::kind_same_m, 4}, kKindU{Weight::kind_same_u, 4};
constexpr Shares kCountM{Weight::count_overlap_m, 3}, kCountU{Weight::count_overlap_u, 3};
constexpr Shares kNameM{Weight::place_name_same_m, 3}, kNameU{Weight::place_name_same_u, 3};
constexpr std::array kAllShares{kPlaceStated, kPlaceUnstated, kTimeStated, kTimeUnstated, kKindM,
                                kKindU,       kCountM,        kCountU,     kNameM,        kNameU};
constexpr std::array kAgreements{Weight::nationality_m, Weight::transport_m, Weight::commodity_m};

Weight row(Weight first, std::size_t offset) {
    return static_cast<Weight>(static_cast<std::size_t>(first) + offset);
}

// What was seen, by row of the table; and for agreements what was not.
struct Seen {
    std::array<double, kWeightCount> sum{};
    std::array<double, kWeightCount> against{};
    double same = 0; // pairs of one event, as far as is known
    double& operator[](Weight weight) { return sum[static_cast<std::size_t>(weight)]; }
    void add(const Seen& other) {
        for (std::size_t i = 0; i < kWeightCount; ++i) {
            sum[i] += other.sum[i];
            against[i] += other.against[i];
        }
        same += other.same;
    }
};

// Which parts of the mixture a distance speaks for.
void see_spread(Seen& seen, const Spread& spread, double (*density)(const Spread&, double), double apart, bool stated,
                bool unstated, Shares stated_shares, Shares unstated_shares, double p) {
    const double all = density(spread, apart);
    if (!(all > 0)) return;
    for (std::size_t i = 0; i < spread.count; ++i) {
        Spread one;
        one.parts[0] = spread.parts[i];
        one.count = 1;
        const double part = p * density(one, apart) / all;
        if (stated) seen[row(stated_shares.first, unstated ? i / 4 : i)] += part;
        if (unstated) seen[row(unstated_shares.first, i % 4)] += part;
    }
}

void see_level(Seen& seen, Shares m, Shares u, std::size_t level, double p) {
    seen[row(m.first, level)] += p;
    seen[row(u.first, level)] += 1 - p;
}

void see_agreement(Seen& seen, Weight m, Match match, double p) {
    if (match == Match::silent) return;
    auto& sum = match == Match::agrees ? seen.sum : seen.against;
    sum[static_cast<std::size_t>(m)] += p;
}

void see(Seen& seen, const Assessed& assessed, const Weights& weights) {
    const auto& pair = assessed.pair;
    const double p = assessed.probability;
    seen.same += p;
    if (pair.area_against_point) return; // says nothing about how far apart two points are put
    see_spread(seen, place_spread(pair, weights), density_2d, pair.distance_m, pair.place_spread_m > 0,
               pair.places_unstated > 0, kPlaceStated, kPlaceUnstated, p);
    see_spread(seen, time_spread(pair, weights), density_1d, pair.time_apart_s, pair.time_spread_s > 0,
               pair.times_unstated > 0, kTimeStated, kTimeUnstated, p);
    if (pair.kind != KindMatch::silent) see_level(seen, kKindM, kKindU, static_cast<std::size_t>(pair.kind) - 1, p);
    if (pair.count != CountMatch::silent)
        see_level(seen, kCountM, kCountU, static_cast<std::size_t>(pair.count) - 1, p);
    if (pair.place_likeness >= 0) see_level(seen, kNameM, kNameU, place_name_level(pair), p);
    see_agreement(seen, Weight::nationality_m, pair.nationality, p);
    see_agreement(seen, Weight::transport_m, pair.transport, p);
    see_agreement(seen, Weight::commodity_m, pair.commodity, p);
}

// `before` counts for `strength` pairs. `most`: how many pairs of one event there could be.
Weights fitted(Seen seen, const Weights& before, double strength, double most) {
    Weights weights = before;
    for (const auto& shares : kAllShares) {
        double all = 0, prior = 0;
        for (std::size_t i = 0; i < shares.count; ++i) {
            all += seen[row(shares.first, i)];
            prior += before[row(shares.first, i)];
        }
        for (std::size_t i = 0; i < shares.count; ++i)
            weights[row(shares.first, i)] =
                (seen[row(shares.first, i)] + strength * before[row(shares.first, i)] / prior) / (all + strength);
    }
    for (const auto m : kAgreements) {
        const auto i = static_cast<std::size_t>(m);
        weights[m] = (seen.sum[i] + strength * before[m]) / (seen.sum[i] + seen.against[i] + strength);
    }
    weights[Weight::prior_other_agency] =
        std::clamp((seen.same + strength * before[Weight::prior_other_agency]) / (most + strength), 0.02, 0.95);
    return weights;
}

// An agency's own reports are of different events but for a few: how many more of them come as close to each other as
// two reports of one event do than their surroundings let expect. Between agencies near repeats need no such factor:
// they stand beside a pair as its rivals.
class NearRepeats {
public:
    NearRepeats(const std::vector<Assessed>& all, const FindReport& find, const Surroundings& surroundings) {
        std::vector<double> distances, times;
        for (const auto& one : all) {
            if (one.pair.same_agency || one.probability < 0.9) continue;
            distances.push_back(one.pair.distance_m);
            times.push_back(one.pair.time_apart_s);
        }
        const double within_m = std::max(kLeast_m, upper_quartile(distances)),
                     within_s = std::max(kLeast_s, upper_quartile(times));
        std::map<std::string, std::set<geo::Uuid>> reports;
        for (const auto& one : all) {
            const auto *a = find(one.pair.a), *b = find(one.pair.b);
            reports[a->agency].insert(a->id);
            reports[b->agency].insert(b->id);
            if (!one.pair.same_agency || one.pair.identical || one.pair.distance_m > within_m ||
                one.pair.time_apart_s > within_s)
                continue;
            met_[a->agency] += 2 * (1 - one.probability); // each of the two meets the other
        }
        for (const auto& [agency, ids] : reports) {
            double expected = 0;
            for (const auto& id : ids) {
                const auto spot = surroundings.spot(*find(id));
                expected += surroundings.expected(spot, surroundings.met(spot, spot.agency), spot, within_m, within_s);
            }
            // some of those that met are the agency's own doubles
            const double doubles = 2 * kDoubles * static_cast<double>(ids.size());
            const double usual = table_weights()[Weight::near_repeats];
            met_[agency] =
                std::clamp((std::max(0.0, met_[agency] - doubles) + kGuess * usual) / (expected + kGuess), 0.7, 8.0);
        }
    }
    const std::map<std::string, double>& by_agency() const { return met_; }

private:
    static constexpr double kLeast_m = 500, kLeast_s = 3'600, kGuess = 20, kDoubles = 0.015;
    static double upper_quartile(std::vector<double>& values) {
        if (values.empty()) return 0;
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 3 / 4);
        std::ranges::nth_element(values, at);
        return *at;
    }
    std::map<std::string, double> met_;
};

// Weights need no more than this; of a longer list some spans of days are taken whole, the same ones in any order.
constexpr std::size_t kMostPairs = 60'000;
constexpr double kSpan_s = 15 * 86'400.0;
std::vector<Comparison> sample(const std::vector<Comparison>& pairs, const FindReport& find) {
    if (pairs.size() <= kMostPairs) return pairs;
    const auto every = static_cast<std::int64_t>(pairs.size() / kMostPairs + 1);
    const auto chosen = [every](const Report* report) {
        return report != nullptr && static_cast<std::int64_t>(std::floor(report->middle_s() / kSpan_s)) % every == 0;
    };
    std::vector<Comparison> some;
    for (const auto& pair : pairs)
        if (chosen(find(pair.a)) && chosen(find(pair.b))) some.push_back(pair);
    // A list of few days has no such spans to choose from.
    return some.size() * 8 >= kMostPairs ? some : std::vector<Comparison>{pairs.begin(), pairs.begin() + kMostPairs};
}

std::pair<std::string, std::string> agencies_of(const Report& a, const Report& b) {
    return std::minmax(a.agency, b.agency);
}

} // namespace

const Weights& FittedWeights::operator()(const Report& a, const Report& b) const {
    const auto known = by_agencies_.find(agencies_of(a, b));
    return known == by_agencies_.end() ? common_ : known->second;
}

FittedWeights fit(const std::vector<Comparison>& given, const FindReport& find, const Surroundings& surroundings,
                  unsigned threads) {
    FittedWeights weights;
    const auto pairs = sample(given, find);
    std::map<std::string, std::set<geo::Uuid>> reports; // by agency, those in any pair
    for (const auto& pair : pairs) {
        const auto *a = find(pair.a), *b = find(pair.b);
        if (a == nullptr || b == nullptr || pair.same_agency) continue;
        reports[a->agency].insert(a->id);
        reports[b->agency].insert(b->id);
    }
    for (int round = 0; round < kRounds; ++round) {
        const auto assessed = assess(pairs, find, surroundings, {{}, std::cref(weights), threads});
        std::map<FittedWeights::Agencies, Seen> seen;
        for (const auto& one : assessed) {
            if (one.pair.same_agency) continue;
            const auto &a = *find(one.pair.a), &b = *find(one.pair.b);
            see(seen[agencies_of(a, b)], one, weights(a, b));
        }
        Seen together;
        double most = 0;
        std::map<FittedWeights::Agencies, double> most_of;
        for (const auto& [agencies, one] : seen) {
            const auto first = reports[agencies.first].size(), second = reports[agencies.second].size();
            most_of[agencies] = static_cast<double>(std::min(first, second));
            most += most_of[agencies];
            together.add(one);
        }
        weights.common_ = fitted(together, table_weights(), kTablePairs, most);
        const NearRepeats repeats{assessed, find, surroundings};
        for (const auto& [agency, factor] : repeats.by_agency()) {
            auto& own = weights.by_agencies_[{agency, agency}] = weights.common_;
            own[Weight::near_repeats] = factor;
        }
        for (const auto& [agencies, one] : seen)
            weights.by_agencies_[agencies] = fitted(one, weights.common_, kCommonPairs, most_of[agencies]);
    }
    return weights;
}

} // namespace layers::fuse
