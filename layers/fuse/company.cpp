// Three reports a, b, c are one event, two and one, or three. With w the odds of each pair by itself, the cases weigh
// w_ab, w_ac, w_bc, 1 and, for one event, the strongest pair's odds times those of the third report with that pair: the
// geometric mean of its odds with each of them, since they are two readings of one piece of evidence. The odds of a
// with b are then (w_abc + w_ab) / (w_ac + w_bc + 1), where by itself they are w_ab.
#include "layers/fuse/company.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace layers::fuse {
namespace {

constexpr double kNotCompared = 1.0 / 64; // odds of a pair that did not pass the gate: gates err too
constexpr double kWorthAsking = 1.0 / 8;  // odds from which on a third report can change anything
constexpr double kHopeless = 1.0 / 256;   // odds below which no company helps
constexpr double kMostOdds = 1e6;
constexpr double kMostBits = 6; // that one other agency can add or take
constexpr double kNothing = 1e-3;

class Company {
public:
    Company(const std::vector<Assessed>& all, const std::vector<std::pair<const Report*, const Report*>>& reports)
        : all_{all}, reports_{reports} {
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!counts(i) || odds_of(i) < kWorthAsking) continue;
            near_[reports[i].first].push_back({reports[i].second, odds_of(i)});
            near_[reports[i].second].push_back({reports[i].first, odds_of(i)});
        }
    }

    double bits(std::size_t i) const {
        const double odds = odds_of(i);
        if (!counts(i) || odds < kHopeless) return 0;
        const auto *a = reports_[i].first, *b = reports_[i].second;
        // Of each third agency the report that is most surely with one of the two.
        std::unordered_map<std::string_view, Third> thirds;
        for (const auto* one : {a, b}) {
            const auto known = near_.find(one);
            if (known == near_.end()) continue;
            for (const auto& [third, sure] : known->second) {
                if (third->agency == a->agency || third->agency == b->agency) continue;
                auto& best = thirds[third->agency];
                if (best.report == nullptr || sure > best.sure || (sure == best.sure && third->id < best.report->id))
                    best = {third, sure};
            }
        }
        double sum = 0;
        for (const auto& [agency, third] : thirds) {
            const double with_a = odds_between(a, third.report), with_b = odds_between(b, third.report);
            const auto [low, high] = std::minmax({odds, with_a, with_b});
            const double middle = odds * with_a * with_b / (low * high);
            const double together = high * std::sqrt(low * middle);
            sum += std::clamp(std::log2((together + odds) / (with_a + with_b + 1) / odds), -kMostBits, kMostBits);
        }
        return std::abs(sum) < kNothing ? 0 : sum;
    }

private:
    struct Third {
        const Report* report = nullptr;
        double sure = 0;
    };

    bool counts(std::size_t i) const { return !all_[i].pair.same_agency && !all_[i].pair.area_against_point; }
    double odds_of(std::size_t i) const { return std::min(kMostOdds, std::exp2(all_[i].score)); }
    double odds_between(const Report* one, const Report* other) const {
        const auto [a, b] = std::minmax(one->id, other->id);
        const auto at = std::ranges::lower_bound(all_, std::pair{a, b}, {}, [](const Assessed& x) {
            return std::pair{x.pair.a, x.pair.b};
        });
        if (at == all_.end() || at->pair.a != a || at->pair.b != b) return kNotCompared;
        return std::max(kNotCompared, odds_of(static_cast<std::size_t>(at - all_.begin())));
    }

    const std::vector<Assessed>& all_;
    const std::vector<std::pair<const Report*, const Report*>>& reports_;
    std::unordered_map<const Report*, std::vector<std::pair<const Report*, double>>> near_;
};

} // namespace

std::vector<float> bits_of_company(const std::vector<Assessed>& all,
                                   const std::vector<std::pair<const Report*, const Report*>>& reports) {
    const Company company{all, reports};
    std::vector<float> bits(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) bits[i] = static_cast<float>(company.bits(i));
    return bits;
}

} // namespace layers::fuse
