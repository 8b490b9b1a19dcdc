// The tree of report kinds: how near two kinds are to each other, and which can't be of one event.
#pragma once

#include <cstdint>
#include <string_view>

namespace layers::fuse {

// By the depth of what both have in common. silent: one of them is not said, or one is no kind of ours and they differ.
enum class KindMatch : std::uint8_t { silent, same, sibling, family, unrelated };

KindMatch match_kinds(std::string_view a,
                      std::string_view b); // symmetric; words that are no kind of ours match themselves
bool compatible_kinds(std::string_view a, std::string_view b); // symmetric; true where nothing is known
// Behind the purpose wall (domain.md, Fusion): its kind, or a search and rescue phase. Either may be empty: not said.
bool is_rescue(std::string_view kind, std::string_view sar_phase);

} // namespace layers::fuse
