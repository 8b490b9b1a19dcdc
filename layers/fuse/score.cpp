#include "layers/fuse/score.hpp"

#include "layers/fuse/company.hpp"
#include "layers/fuse/rivals.hpp"
#include "layers/fuse/spread.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace layers::fuse {
namespace {

// What distance and time are held against before the surroundings are looked at: chance puts a report anywhere in the
// block. The term of the surroundings puts that right, so the two constants cancel out in the score.
const double kBlockArea_m2 = M_PI * kBlock_m * kBlock_m;
constexpr double kBlockLength_s = 2 * kBlock_s;

// Which columns a term is made from; a caller who may not see one of them is not told the term.
struct Source {
    TermName term;
    const char* field;
};
constexpr std::array<Source, 12> kSources{{
    {TermName::prior, "agency"},
    {TermName::distance, "geo_precision_m"},
    {TermName::time, "valid_from"},
    {TermName::kind, "kind"},
    {TermName::count, "count_min"},
    {TermName::count, "count_max"},
    {TermName::nationality, "persons"},
    {TermName::transport, "transport"},
    {TermName::commodity, "commodities"},
    {TermName::place, "place"},
    {TermName::content, "source_ref"},
    {TermName::surroundings, "agency"},
}};

double odds_bits(double share) {
    return std::log2(share / (1 - share));
}

// A report of a pair, and what it meets of the other's agency.
struct Side {
    const Surroundings::Spot& spot;
    const Surroundings::Met& met;
};

class Scorer {
public:
    Scorer(Assessed& out, const Side& a, const Side& b, const Surroundings& around, const HiddenTerms& hidden,
           const Weights& weights)
        : out_{out}, pair_{out.pair}, side_a_{a}, side_b_{b}, a_{*a.spot.report}, b_{*b.spot.report}, around_{around},
          hidden_{hidden}, weights_{weights} {}

    void run() {
        say(TermName::prior,
            odds_bits(weights_[pair_.same_agency ? Weight::prior_same_agency : Weight::prior_other_agency]));
        place_and_time();
        kind();
        count();
        agreement(TermName::nationality, pair_.nationality, Weight::nationality_m, [&](double u) {
            return list_share(a_.nationalities, b_.nationalities, Surroundings::Column::nationality, u);
        });
        agreement(TermName::transport, pair_.transport, Weight::transport_m,
                  [&](double) { return side_a_.spot.transport_share; });
        agreement(TermName::commodity, pair_.commodity, Weight::commodity_m, [&](double u) {
            return list_share(a_.commodities, b_.commodities, Surroundings::Column::commodity, u);
        });
        place_name();
        if (pair_.identical)
            say(TermName::content, weights_[Weight::identical_bits]);
        else if (pair_.resubmission)
            resubmission();
    }

private:
    void say(TermName term, double bits) {
        const auto i = static_cast<std::size_t>(term);
        if (hidden_[i]) return;
        out_.bits[i] = static_cast<float>(bits);
        out_.said.set(i);
    }

    void place_and_time() {
        const auto place = place_spread(pair_, weights_), time = time_spread(pair_, weights_);
        const double here = density_2d(place, pair_.distance_m), now = density_1d(time, pair_.time_apart_s);
        say(TermName::distance, std::log2(here * kBlockArea_m2));
        say(TermName::time, std::log2(now * kBlockLength_s));
        // The circle and span that reports of one event fill, and at least reach as far as this pair does.
        const double within_m = std::max<double>(pair_.distance_m, std::sqrt(1 / (2 * M_PI * density_2d(place, 0))));
        const double within_s = std::max<double>(pair_.time_apart_s, 0.5 / density_1d(time, 0));
        chance_ = near_repeats() * expected(within_m, within_s);
        const double evenly = M_PI * within_m * within_m * 2 * within_s / (kBlockArea_m2 * kBlockLength_s);
        say(TermName::surroundings, std::log2(evenly / chance_));
    }

    // The same to the letter is more than the same as nearly as reports of one event are: by how much less often chance
    // does it there, as finely as place and time are told at all.
    void resubmission() {
        constexpr double kFinest_m = 100;
        double step_s = 60;
        for (const double coarser_s : {1'800.0, 43'200.0})
            if (a_.from.us % static_cast<std::int64_t>(2e6 * coarser_s) == 0) step_s = coarser_s;
        const double exactly = expected(kFinest_m, std::max(step_s, a_.length_s() / 2)) * near_repeats();
        say(TermName::content, std::clamp(std::log2(chance_ / exactly), 0.0, weights_[Weight::resubmission_bits]));
    }

    // The more frequent agency's reports: each of the rarer ones' has so many to be mistaken for.
    double expected(double within_m, double within_s) const {
        return std::max(around_.expected(side_a_.spot, side_a_.met, side_b_.spot, within_m, within_s),
                        around_.expected(side_b_.spot, side_b_.met, side_a_.spot, within_m, within_s));
    }

    double near_repeats() const { return pair_.same_agency ? weights_[Weight::near_repeats] : 1; }

    void kind() {
        switch (pair_.kind) {
        case KindMatch::silent:
            return;
        case KindMatch::same: {
            const double u = std::max(side_a_.spot.kind_share, side_b_.spot.kind_share);
            return say(TermName::kind, std::log2(same_share(u, weights_[Weight::kind_same_m]) / u));
        }
        case KindMatch::sibling:
            return say(TermName::kind, std::log2(weights_[Weight::kind_sibling_m] / weights_[Weight::kind_sibling_u]));
        case KindMatch::family:
            return say(TermName::kind, std::log2(weights_[Weight::kind_family_m] / weights_[Weight::kind_family_u]));
        case KindMatch::unrelated:
            return say(TermName::kind,
                       std::log2(weights_[Weight::kind_unrelated_m] / weights_[Weight::kind_unrelated_u]));
        }
    }

    // Reports of one event agree at least as often as chance has it: a value that all reports have says nothing.
    static double same_share(double u, double m) { return m + (1 - m) * u; }

    void count() {
        if (pair_.count == CountMatch::silent) return;
        if (pair_.count == CountMatch::overlap) {
            const double u = around_.count_share(a_, b_, weights_[Weight::count_overlap_u]);
            return say(TermName::count, std::log2(same_share(u, weights_[Weight::count_overlap_m]) / u));
        }
        const bool near = pair_.count == CountMatch::near;
        say(TermName::count, std::log2(weights_[near ? Weight::count_near_m : Weight::count_far_m] /
                                       weights_[near ? Weight::count_near_u : Weight::count_far_u]));
    }

    // The most frequent of what both say: the least that the agreement proves.
    double list_share(const std::vector<std::string>& a, const std::vector<std::string>& b, Surroundings::Column column,
                      double u) const {
        double most = 0;
        for (const auto& value : a)
            if (std::ranges::find(b, value) != b.end()) most = std::max(most, around_.share(column, value, u));
        return most;
    }

    template <typename Share>
    void agreement(TermName term, Match match, Weight m_row, Share share) {
        const double m = weights_[m_row], assumed = weights_[static_cast<Weight>(static_cast<std::size_t>(m_row) + 1)];
        if (match == Match::silent) return;
        if (match == Match::differs) return say(term, std::log2((1 - m) / (1 - assumed)));
        const double u = share(assumed);
        say(term, std::log2(same_share(u, m) / u));
    }

    void place_name() {
        if (pair_.place_likeness < 0) return;
        const auto level = place_name_level(pair_);
        if (level == 1)
            return say(TermName::place,
                       std::log2(weights_[Weight::place_name_alike_m] / weights_[Weight::place_name_alike_u]));
        if (level == 2)
            return say(TermName::place,
                       std::log2(weights_[Weight::place_name_other_m] / weights_[Weight::place_name_other_u]));
        const double u = std::max(side_a_.spot.place_share, side_b_.spot.place_share);
        const double bits = std::log2(same_share(u, weights_[Weight::place_name_same_m]) / u);
        // On the very spot the name follows from the place, which has been counted.
        constexpr double kSpot_m = 1'000;
        say(TermName::place, pair_.distance_m < kSpot_m ? bits / 2 : bits);
    }

    Assessed& out_;
    const Comparison& pair_;
    const Side &side_a_, &side_b_;
    const Report &a_, &b_;
    const Surroundings& around_;
    const HiddenTerms& hidden_;
    const Weights& weights_;
    double chance_ = 1; // reports that chance puts as near as this
};

double sum_of(const Assessed& assessed) {
    double sum = 0;
    for (const auto bits : assessed.bits) sum += bits;
    return sum;
}

void decide(Assessed& assessed, const Weights& weights) {
    assessed.score = sum_of(assessed);
    assessed.probability = 1 / (1 + std::exp2(-assessed.score));
    const auto& pair = assessed.pair;
    assessed.decision = pair.identical                                         ? Decision::identical
                        : pair.area_against_point                              ? Decision::person
                        : assessed.probability >= weights[Weight::strong_from] ? Decision::strong
                        : assessed.probability >= weights[Weight::review_from] ? Decision::review
                                                                               : Decision::apart;
}

bool in_order(const Comparison& one, const Comparison& other) {
    return one.a != other.a ? one.a < other.a : one.b < other.b;
}

bool same_pair(const Comparison& one, const Comparison& other) {
    return one.a == other.a && one.b == other.b;
}

using ReportPair = std::pair<const Report*, const Report*>;

template <typename Do>
void in_parallel(std::size_t count, unsigned threads, Do work) {
    constexpr std::size_t kPiece = 256;
    std::atomic<std::size_t> next = 0;
    const auto run = [&] {
        for (std::size_t begin = next.fetch_add(kPiece); begin < count; begin = next.fetch_add(kPiece))
            for (std::size_t i = begin; i < std::min(count, begin + kPiece); ++i) work(i);
    };
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads && count > 4 * kPiece; ++i) others.emplace_back(run);
    run();
}

// What each report of the pairs meets, looked up once: its spot, and of each agency that it is paired with.
class Sights {
public:
    Sights(const std::vector<ReportPair>& pairs, const Surroundings& surroundings, unsigned threads) {
        std::vector<const Report*> reports;
        for (const auto& [a, b] : pairs) {
            reports.push_back(a);
            reports.push_back(b);
        }
        std::ranges::sort(reports);
        reports.erase(std::ranges::unique(reports).begin(), reports.end());
        spots_.resize(reports.size());
        in_parallel(reports.size(), threads, [&](std::size_t i) { spots_[i] = surroundings.spot(*reports[i]); });
        sides_.resize(pairs.size());
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const auto number = [&](const Report* report) {
                return static_cast<std::uint32_t>(std::ranges::lower_bound(reports, report) - reports.begin());
            };
            sides_[i] = {number(pairs[i].first), number(pairs[i].second)};
            wanted_.push_back({sides_[i].first, spots_[sides_[i].second].agency});
            wanted_.push_back({sides_[i].second, spots_[sides_[i].first].agency});
        }
        std::ranges::sort(wanted_);
        wanted_.erase(std::ranges::unique(wanted_).begin(), wanted_.end());
        met_.resize(wanted_.size());
        in_parallel(wanted_.size(), threads,
                    [&](std::size_t i) { met_[i] = surroundings.met(spots_[wanted_[i].first], wanted_[i].second); });
    }

    std::pair<Side, Side> of(std::size_t pair) const {
        const auto [a, b] = sides_[pair];
        return {{spots_[a], met(a, spots_[b].agency)}, {spots_[b], met(b, spots_[a].agency)}};
    }

private:
    const Surroundings::Met& met(std::uint32_t report, std::uint64_t agency) const {
        return met_[static_cast<std::size_t>(std::ranges::lower_bound(wanted_, std::pair{report, agency}) -
                                             wanted_.begin())];
    }
    std::vector<Surroundings::Spot> spots_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sides_;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> wanted_; // report, agency; sorted
    std::vector<Surroundings::Met> met_;                          // beside it
};

} // namespace

const char* name(TermName term) {
    constexpr std::array<const char*, kTermCount> kNames{"prior",   "distance",    "time",      "surroundings", "kind",
                                                         "count",   "nationality", "transport", "commodity",    "place",
                                                         "content", "rivals",      "company"};
    return kNames[static_cast<std::size_t>(term)];
}

const char* name(Decision decision) {
    constexpr std::array<const char*, 5> kNames{"identical", "strong", "review", "person", "apart"};
    return kNames[static_cast<std::size_t>(decision)];
}

HiddenTerms hidden_terms(const Layer& reports, const std::vector<bool>& visible) {
    HiddenTerms hidden;
    for (const auto& source : kSources) {
        const auto ordinal = reports.find(source.field);
        if (ordinal && *ordinal < visible.size() && !visible[*ordinal])
            hidden.set(static_cast<std::size_t>(source.term));
    }
    return hidden;
}

Assessed assess_alone(const Comparison& pair, const Report& a, const Report& b, const Surroundings& surroundings,
                      const HiddenTerms& hidden, const Weights& weights) {
    Assessed out;
    out.pair = pair;
    const auto spot_a = surroundings.spot(a), spot_b = surroundings.spot(b);
    const auto met_a = surroundings.met(spot_a, spot_b.agency), met_b = surroundings.met(spot_b, spot_a.agency);
    Scorer{out, {spot_a, met_a}, {spot_b, met_b}, surroundings, hidden, weights}.run();
    decide(out, weights);
    return out;
}

std::vector<Assessed> assess(std::vector<Comparison> pairs, const FindReport& find, const Surroundings& surroundings,
                             const AssessOptions& options) {
    std::ranges::sort(pairs, in_order);
    pairs.erase(std::ranges::unique(pairs, same_pair).begin(), pairs.end());
    std::vector<ReportPair> reports(pairs.size());
    std::size_t kept = 0;
    for (const auto& pair : pairs) {
        const auto *a = find(pair.a), *b = find(pair.b);
        if (a == nullptr || b == nullptr) continue;
        reports[kept] = {a, b};
        pairs[kept++] = pair;
    }
    pairs.resize(kept);
    reports.resize(kept);

    const Sights sights{reports, surroundings, options.threads};
    std::vector<const Weights*> weights(kept, &table_weights());
    std::vector<Assessed> all(kept);
    in_parallel(kept, options.threads, [&](std::size_t i) {
        if (options.weights) weights[i] = &options.weights(*reports[i].first, *reports[i].second);
        const auto [a, b] = sights.of(i);
        all[i].pair = pairs[i];
        Scorer{all[i], {a.spot, a.met}, {b.spot, b.met}, surroundings, options.hidden, *weights[i]}.run();
        decide(all[i], *weights[i]);
    });
    const auto put = [&](TermName term, const std::vector<float>& bits) {
        for (std::size_t i = 0; i < kept; ++i) {
            if (bits[i] == 0) continue;
            all[i].bits[static_cast<std::size_t>(term)] = bits[i];
            all[i].said.set(static_cast<std::size_t>(term));
            decide(all[i], *weights[i]);
        }
    };
    put(TermName::rivals, bits_of_rivals(all, reports));
    put(TermName::company, bits_of_company(all, reports));
    return all;
}

} // namespace layers::fuse
