#include "server/live/cursor.hpp"

#include "geo/wrap/crypto.hpp"
#include "geo/wrap/sealed.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace server::live {
namespace {

std::string about(const layers::access::Caller& caller) {
    return caller.account + "\n" + caller.agency + "\n" + caller.scenario;
}

std::string read_key(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// Made whole or not at all: a key half written would make cursors of one run unreadable in the next.
bool write_key(const std::string& path, const std::string& key) {
    const std::string fresh = path + ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return false;
    const bool written = ::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
    ::close(file);
    return written && ::rename(fresh.c_str(), path.c_str()) == 0;
}

} // namespace

Cursors::Cursors(const std::string& data_dir) {
    const std::string path = data_dir + "/cursor.key";
    key_ = read_key(path);
    if (key_.size() == geo::wrap::kSealKeyBytes) return;
    key_ = geo::wrap::random_bytes(geo::wrap::kSealKeyBytes);
    write_key(path, key_); // false: these cursors end with the process
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
