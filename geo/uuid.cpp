#include "geo/uuid.hpp"

#include "geo/wrap/crypto.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace geo {
namespace {

void set_version(Uuid& id, std::uint8_t version) {
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | (version << 4));
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80); // variant of RFC 9562
}

// Milliseconds in the upper 48 bits, fractions of one in the lower 12 (RFC 9562 6.2 method 3). Never the same value
// twice in this process, and rising even when the clock steps back.
std::uint64_t next_stamp() {
    static std::atomic<std::uint64_t> last{0};
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto ns = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
    const std::uint64_t clock = (ns / 1'000'000) << 12 | (ns % 1'000'000) * 4096 / 1'000'000;
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        next = std::max(clock, seen + 1);
    } while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool hyphen_at(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

} // namespace

Uuid make_uuid7() {
    Uuid id;
    const std::uint64_t stamp = next_stamp();
    const std::uint64_t ms = stamp >> 12;
    for (int i = 0; i < 6; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    id.bytes[6] = static_cast<std::uint8_t>((stamp >> 8) & 0x0f);
    id.bytes[7] = static_cast<std::uint8_t>(stamp);
    wrap::random_bytes(std::span{id.bytes}.subspan(8));
    set_version(id, 7);
    return id;
}

Uuid uuid_from_hash(std::string_view key) {
    Uuid id;
    const auto digest = wrap::sha256_digest(key);
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    set_version(id, 8);
    return id;
}

std::array<char, 36> text_of(const Uuid& id) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::array<char, 36> text;
    char* at = text.data();
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
        *at++ = kDigits[id.bytes[i] >> 4];
        *at++ = kDigits[id.bytes[i] & 15];
    }
    return text;
}

std::string to_string(const Uuid& id) {
    const auto text = text_of(id);
    return {text.data(), text.size()};
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return {};
    Uuid id;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (hyphen_at(i)) {
            if (text[i] != '-') return {};
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) return {};
        id.bytes[nibble / 2] = static_cast<std::uint8_t>(id.bytes[nibble / 2] << 4 | digit);
        ++nibble;
    }
    return id;
}

} // namespace geo
