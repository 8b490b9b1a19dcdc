// Whether two texts of megabytes are the same, told by 128 bits at the speed of memory: for the tags of tiles and
// pages, where SHA-256 would cost as much as making them. Keyed by a secret of this process (SipHash-2-4, 128 bits), so
// that nobody who writes content can make two that share a tag. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace geo::wrap {

// 32 lower-case digits; the same bytes give the same text until this process ends. Never to be stored.
std::string fingerprint(std::string_view bytes);

} // namespace geo::wrap
