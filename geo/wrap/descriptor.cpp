#include "geo/wrap/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace geo::wrap {

void Descriptor::reset() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool sync_folder(const std::string& path) {
    const Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

} // namespace geo::wrap
