#include "server/live/cursor.hpp"

#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"
#include "geo/wrap/mapped_file.hpp"
#include "geo/wrap/sealed.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

namespace server::live {
namespace {

std::string about(const layers::access::Caller& caller) {
    return caller.account + "\n" + caller.agency + "\n" + caller.scenario;
}

std::string read_key(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

Cursors::Cursors(const std::string& data_dir) {
    const std::string path = data_dir + "/cursor.key";
    key_ = read_key(path);
    if (key_.size() == geo::wrap::kSealKeyBytes) return;
    key_ = geo::wrap::random_bytes(geo::wrap::kSealKeyBytes);
    try {
        geo::wrap::write_file_atomically(path, {std::as_bytes(std::span{key_})});
    } catch (const geo::Error&) { // NOLINT(bugprone-empty-catch)
        // Nothing can be written here: these cursors end with the process.
    }
}

std::string Cursors::at(const Place& place, const layers::access::Caller& caller) const {
    const std::array<std::int64_t, 3> numbers{place.seq, place.issued_at, place.complete ? 1 : 0};
    std::string bytes(sizeof numbers, '\0');
    std::memcpy(bytes.data(), numbers.data(), sizeof numbers);
    return geo::wrap::seal(key_, bytes, about(caller));
}

std::optional<Place> Cursors::read(std::string_view cursor, const layers::access::Caller& caller) const {
    const auto bytes = geo::wrap::unseal(key_, cursor, about(caller));
    std::array<std::int64_t, 3> numbers{};
    if (!bytes || bytes->size() != sizeof numbers) return {};
    std::memcpy(numbers.data(), bytes->data(), sizeof numbers);
    return Place{numbers[0], numbers[1], numbers[2] != 0};
}

} // namespace server::live
