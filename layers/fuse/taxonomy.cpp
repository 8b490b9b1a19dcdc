#include "layers/fuse/taxonomy.hpp"

#include "layers/normalise/normalise.hpp"

#include <algorithm>
#include <array>

namespace layers::fuse {
namespace {

enum class Branch : std::uint8_t { movement, contraband, violence, rescue };
enum class Twig : std::uint8_t {
    crossing,
    exploitation,
    sent_back,
    exit_control,
    seen,
    trade,
    drugs,
    arms,
    attack,
    barrier,
    rescue
};

// After domain.md: trafficking (0204) and smuggling (08051) are separate blocks that one event may carry both, so their
// kinds are of one branch and not of one twig.
struct Kind {
    std::string_view name;
    Branch branch;
    Twig twig;
};
constexpr std::array<Kind, 21> kKinds{{
    {"crossing", Branch::movement, Twig::crossing},
    {"crossing_attempt", Branch::movement, Twig::crossing},
    {"som", Branch::movement, Twig::crossing},
    {"tip", Branch::movement, Twig::exploitation},
    {"abduction", Branch::movement, Twig::exploitation},
    {"deportation", Branch::movement, Twig::sent_back},
    {"mass_return", Branch::movement, Twig::sent_back},
    {"offload", Branch::movement, Twig::exit_control},
    {"document", Branch::movement, Twig::exit_control},
    {"sighting", Branch::movement, Twig::seen},
    {"goods", Branch::contraband, Twig::trade},
    {"fuel", Branch::contraband, Twig::trade},
    {"narcotics", Branch::contraband, Twig::drugs},
    {"precursors", Branch::contraband, Twig::drugs},
    {"arms", Branch::contraband, Twig::arms},
    {"attack", Branch::violence, Twig::attack},
    {"ied", Branch::violence, Twig::attack},
    {"fence_breach", Branch::violence, Twig::barrier},
    {"distress", Branch::rescue, Twig::rescue},
    {"death", Branch::rescue, Twig::rescue},
    {"missing", Branch::rescue, Twig::rescue},
}};

const Kind* find(std::string_view name) {
    const auto* found = std::ranges::find(kKinds, name, &Kind::name);
    return found == kKinds.end() ? nullptr : found;
}

// An act of an office at a legal crossing.
bool administrative(const Kind& kind) {
    return kind.twig == Twig::sent_back || kind.name == "offload";
}

} // namespace

KindMatch match_kinds(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty()) return KindMatch::silent;
    if (a == b) return KindMatch::same;
    const auto* kind_a = find(a);
    const auto* kind_b = find(b);
    if (kind_a == nullptr || kind_b == nullptr) return KindMatch::silent; // other lists have words of their own
    if (kind_a->twig == kind_b->twig) return KindMatch::sibling;
    return kind_a->branch == kind_b->branch ? KindMatch::family : KindMatch::unrelated;
}

// A deportee (returned from abroad) and an offloadee (stopped at a legal exit) are different people at different
// desks, and neither desk is where a fence is breached or a bomb goes off. Every other pair may be one event told
// twice.
bool compatible_kinds(std::string_view a, std::string_view b) {
    const auto* kind_a = find(a);
    const auto* kind_b = find(b);
    if (kind_a == nullptr || kind_b == nullptr || kind_a == kind_b) return true;
    const auto apart = [](const Kind& one, const Kind& other) {
        return administrative(one) &&
               (other.branch == Branch::violence || (one.name == "offload" && other.twig == Twig::sent_back));
    };
    return !apart(*kind_a, *kind_b) && !apart(*kind_b, *kind_a);
}

bool is_rescue(std::string_view kind, std::string_view sar_phase) {
    return normalise::is_rescue_kind(std::string{kind}) || (!sar_phase.empty() && sar_phase != "none");
}

} // namespace layers::fuse
