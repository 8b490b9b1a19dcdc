// Weights fitted to the lists at hand by expectation and maximisation (Dempster, Laird, Rubin 1977; for record linkage
// Winkler 1988, "Using the EM algorithm for weight computation in the Fellegi-Sunter model"): how far apart two lists
// put the same event, how often their kinds agree, how much they share. No true pairs are needed. The table's weights
// count as some dozens of pairs seen before, so that a short list changes little.
// Only for lists that one caller sees whole: fitted weights tell of all the reports that they were fitted to.
#pragma once

#include "layers/fuse/score.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace layers::fuse {

class FittedWeights {
public:
    // For pairs of these two agencies (symmetric); those of all pairs together where the two have none of their own.
    const Weights& operator()(const Report& a, const Report& b) const;
    const Weights& common() const { return common_; }

private:
    friend FittedWeights fit(const std::vector<Comparison>&, const FindReport&, const Surroundings&, unsigned);
    using Agencies = std::pair<std::string, std::string>;
    Weights common_;
    std::map<Agencies, Weights> by_agencies_;
};

// `pairs` as for assess(). The same input gives the same weights, whatever the order.
FittedWeights fit(const std::vector<Comparison>& pairs, const FindReport& find, const Surroundings& surroundings,
                  unsigned threads = 1);

} // namespace layers::fuse
