#include "layers/audit/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace layers::audit {
namespace {

constexpr std::string_view kTag = "sarhad-checkpoint-1";

std::string signed_part(const Checkpoint& c) {
    std::string line{kTag};
    for (const auto& part : {c.origin, std::to_string(c.number), to_hex(c.previous), geo::to_rfc3339(c.made_at),
                             std::to_string(c.changes.size), to_hex(c.changes.root), std::to_string(c.accesses.size),
                             to_hex(c.accesses.root), geo::wrap::to_hex(c.public_key)}) {
        line += ' ';
        line += part;
    }
    return line;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (;;) {
        const auto space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == line.npos) return words;
        line.remove_prefix(space + 1);
    }
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool read_head(std::string_view size, std::string_view root, TreeHead& head) {
    const auto hash = hash_from_hex(root);
    if (hash) head.root = *hash;
    return hash && read_number(size, head.size);
}

// What is wrong with `next` as the follower of `last`; empty: nothing.
std::string fault_between(const Checkpoint* last, const Hash& last_line, const Checkpoint& next) {
    if (!signature_holds(next)) return "bears a signature that is not its key's";
    if (next.number != (last ? last->number + 1 : 1)) return "is out of order: one is missing before it";
    if (next.previous != last_line) return "does not name the one before it";
    if (!last) return {};
    if (next.origin != last->origin) return "belongs to another database";
    if (next.changes.size < last->changes.size || next.accesses.size < last->accesses.size)
        return "vouches for less than the one before it: the database had been set back";
    return {};
}

} // namespace

TreeHead head_of(const MerkleTree& tree) {
    return {tree.size(), tree.root()};
}

std::string to_hex(const Hash& hash) {
    return geo::wrap::to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::optional<Hash> hash_from_hex(std::string_view digits) {
    const auto bytes = geo::wrap::from_hex(digits);
    Hash hash;
    if (!bytes || bytes->size() != hash.size()) return {};
    std::memcpy(hash.data(), bytes->data(), hash.size());
    return hash;
}

std::string to_line(const Checkpoint& checkpoint) {
    return signed_part(checkpoint) + ' ' + geo::wrap::to_hex(checkpoint.signature);
}

std::optional<Checkpoint> checkpoint_from(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() != 11 || words[0] != kTag || words[1].empty()) return {};
    Checkpoint c;
    c.origin = words[1];
    const auto previous = hash_from_hex(words[3]);
    const auto made_at = geo::from_rfc3339(words[4]);
    const auto key = geo::wrap::from_hex(words[9]), signature = geo::wrap::from_hex(words[10]);
    if (!read_number(words[2], c.number) || !previous || !made_at || !read_head(words[5], words[6], c.changes) ||
        !read_head(words[7], words[8], c.accesses) || !key || !signature) {
        return {};
    }
    c.previous = *previous;
    c.made_at = *made_at;
    c.public_key = *key;
    c.signature = *signature;
    if (to_line(c) != line) return {}; // one spelling only
    return c;
}

Hash hash_of_line(std::string_view line) {
    return geo::wrap::sha256_digest(line);
}

void sign(Checkpoint& checkpoint, const geo::wrap::SigningKey& key) {
    checkpoint.public_key = key.public_key();
    checkpoint.signature = key.sign(signed_part(checkpoint));
}

bool signature_holds(const Checkpoint& checkpoint) {
    return geo::wrap::signature_holds(checkpoint.signature, signed_part(checkpoint), checkpoint.public_key);
}

Chain read_chain(const std::vector<std::string>& lines) {
    Chain chain;
    Hash last_line{};
    for (const auto& line : lines) {
        const std::string name = "checkpoint " + std::to_string(chain.checkpoints.size() + 1);
        auto next = checkpoint_from(line);
        const Checkpoint* last = chain.checkpoints.empty() ? nullptr : &chain.checkpoints.back();
        const std::string fault = next ? fault_between(last, last_line, *next) : "is not readable";
        if (!fault.empty()) {
            chain.fault = name + ' ' + fault;
            return chain;
        }
        const auto key = geo::wrap::to_hex(next->public_key);
        if (std::ranges::find(chain.keys, key) == chain.keys.end()) chain.keys.push_back(key);
        chain.checkpoints.push_back(*std::move(next));
        last_line = hash_of_line(line);
    }
    return chain;
}

} // namespace layers::audit
