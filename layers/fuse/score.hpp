// From comparisons to probabilities: a sum of log2 Bayes factors (Fellegi, Sunter 1969, "A theory for record linkage"),
// the surroundings as one caller sees them, and rivals: a report is the same as at most one report of another agency
// (but for that agency's own doubles), so its candidates there exclude each other. The normalisation over them is that
// of data association (Williams, Lau 2014, "Approximate evaluation of marginal association probabilities with belief
// propagation"). Third reports last: what is the same as one of a pair is the same as the other. Nothing here depends
// on a report that is not handed in.
#pragma once

#include "layers/fuse/compare.hpp"
#include "layers/fuse/surroundings.hpp"
#include "layers/fuse/weights.hpp"

#include <array>
#include <bitset>
#include <functional>
#include <string>
#include <vector>

namespace layers::fuse {

enum class TermName : std::uint8_t {
    prior,
    distance,
    time,
    surroundings, // of place and time
    kind,
    count,
    nationality,
    transport,
    commodity,
    place,
    content, // identical or resubmitted
    rivals,
    company, // third reports
    kCount
};
inline constexpr std::size_t kTermCount = static_cast<std::size_t>(TermName::kCount);
const char* name(TermName term);
using HiddenTerms = std::bitset<kTermCount>;

// Terms that a caller may not be told, since a column they are made from is masked. `visible` as in access::Policy.
HiddenTerms hidden_terms(const Layer& reports, const std::vector<bool>& visible);

// identical: may merge unattended. person: an area or period against a point, whatever the probability.
enum class Decision : std::uint8_t { identical, strong, review, person, apart };
const char* name(Decision decision);

struct Assessed {
    Comparison pair;
    double score = 0; // bits: log2 of the odds; the sum of `bits`
    double probability = 0;
    Decision decision = Decision::apart;
    std::array<float, kTermCount> bits{};
    HiddenTerms said; // terms that say something
};

using FindReport = std::function<const Report*(const geo::Uuid&)>; // thread-safe while in use; null: leave the pair out
using ChooseWeights = std::function<const Weights&(const Report&, const Report&)>;

struct AssessOptions {
    HiddenTerms hidden;
    ChooseWeights weights = {}; // the table's where empty
    unsigned threads = 1;
};

// All pairs of a closed set: every comparison among the reports concerned, in any order. A pair's probability depends
// on comparisons at most kRivalRounds steps away; for one new report it is enough to hand in its comparisons, those of
// its candidates, and so on for that many steps. The answer has the pairs' order, by (a, b), each once.
inline constexpr int kRivalRounds = 6;
std::vector<Assessed> assess(std::vector<Comparison> pairs, const FindReport& find, const Surroundings& surroundings,
                             const AssessOptions& options = {});

// One comparison alone, without rivals.
Assessed assess_alone(const Comparison& pair, const Report& a, const Report& b, const Surroundings& surroundings,
                      const HiddenTerms& hidden = {}, const Weights& weights = table_weights());

// The terms in words, in the order of TermName; silent and hidden ones are left out. Their bits sum to the score.
struct Term {
    TermName name = TermName::prior;
    double bits = 0;
    AccessClass access = AccessClass::open;
    std::string said; // "2.1 km apart, stated to 1 km and 5 km"
};
std::vector<Term> explain(const Assessed& assessed, const Report& a, const Report& b);

} // namespace layers::fuse
