// UUIDs (RFC 9562); new ones are version 7, so ids sort by the time they were made.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace geo {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

Uuid make_uuid7();                                     // thread-safe; random part from the operating system
Uuid uuid_from_hash(std::string_view key);             // version 8: SHA-256 of the key; same key, same id
std::string to_string(const Uuid& id);                 // lower case, with hyphens
std::array<char, 36> text_of(const Uuid& id);          // the same without a string, for a million of them
std::optional<Uuid> parse_uuid(std::string_view text); // 36 characters, any case; else nothing

} // namespace geo

template <>
struct std::hash<geo::Uuid> {
    std::size_t operator()(const geo::Uuid& id) const noexcept {
        std::uint64_t h = 1469598103934665603ull;
        for (auto b : id.bytes) h = (h ^ b) * 1099511628211ull;
        return static_cast<std::size_t>(h);
    }
};
