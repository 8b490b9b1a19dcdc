#include "server/live/cursor.hpp"

#include "geo/wrap/crypto.hpp"
#include "geo/wrap/sealed.hpp"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace server::live {
namespace {

using layers::store::Seq;

std::string about(const layers::access::Caller& caller) {
    return caller.account + "\n" + caller.scenario;
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

std::string Cursors::at(Seq seq, const layers::access::Caller& caller) const {
    std::string bytes(sizeof seq, '\0');
    std::memcpy(bytes.data(), &seq, sizeof seq);
    return geo::wrap::seal(key_, bytes, about(caller));
}

std::optional<Seq> Cursors::read(std::string_view cursor, const layers::access::Caller& caller) const {
    const auto bytes = geo::wrap::unseal(key_, cursor, about(caller));
    Seq seq = 0;
    if (!bytes || bytes->size() != sizeof seq) return {};
    std::memcpy(&seq, bytes->data(), sizeof seq);
    return seq;
}

} // namespace server::live
