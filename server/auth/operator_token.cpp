// The operator's token: declared in token.hpp.
#include "geo/error.hpp"
#include "geo/wrap/crypto.hpp"
#include "server/auth/token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace server::auth {
namespace {

std::string path_in(const std::string& data_dir) {
    return data_dir + "/" + kOperatorTokenName;
}

} // namespace

std::string make_operator_token(const std::string& data_dir) {
    const std::string token = "sarhad_" + geo::wrap::to_hex(geo::wrap::random_bytes(32));
    // A new file each time: one that somebody opened before keeps the old token only.
    ::unlink(path_in(data_dir).c_str());
    const int file = ::open(path_in(data_dir).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool written = file >= 0 && ::write(file, token.data(), token.size()) == static_cast<ssize_t>(token.size());
    if (file >= 0) ::close(file);
    if (!written) throw geo::Error{geo::ErrorCode::storage_failed, "the operator's token can't be written"};
    return token;
}

std::optional<std::string> read_operator_token(const std::string& data_dir) {
    const int file = ::open(path_in(data_dir).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    char bytes[128];
    const ssize_t count = ::read(file, bytes, sizeof bytes);
    ::close(file);
    if (count <= 0) return {};
    return std::string{bytes, static_cast<std::size_t>(count)};
}

} // namespace server::auth
