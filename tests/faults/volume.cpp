#include "tests/faults/volume.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/mount.h>
#include <unistd.h>

namespace faults {
namespace {

void mount_at(const std::string& where, const std::string& options, unsigned long flags) {
    if (::mount("tmpfs", where.c_str(), "tmpfs", flags, options.c_str()) != 0)
        throw std::runtime_error{"mount: " + std::string{std::strerror(errno)}};
}

} // namespace

bool Volume::possible() {
    static const bool yes = [] {
        if (::geteuid() != 0) return false;
        try {
            const Volume volume{1};
            return true;
        } catch (const std::runtime_error&) { // root of a container may not mount
            return false;
        }
    }();
    return yes;
}

Volume::Volume(int megabytes) : where_{folder_.path("volume")} {
    std::filesystem::create_directory(where_);
    mount_at(where_, "size=" + std::to_string(megabytes) + "m", 0);
}

Volume::~Volume() {
    ::umount2(where_.c_str(), MNT_DETACH);
}

void Volume::fill(std::int64_t leave_bytes) const {
    const auto space = static_cast<std::int64_t>(std::filesystem::space(where_).available);
    if (space <= leave_bytes) return;
    const int file = ::open(path("ballast").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const int failed = file < 0 ? errno : ::posix_fallocate(file, 0, space - leave_bytes);
    ::close(file);
    if (failed) throw std::runtime_error{"ballast: " + std::string{std::strerror(failed)}};
}

void Volume::empty() const {
    std::filesystem::remove(path("ballast"));
}

void Volume::read_only(bool yes) const {
    mount_at(where_, "", MS_REMOUNT | (yes ? MS_RDONLY : 0));
}

} // namespace faults
